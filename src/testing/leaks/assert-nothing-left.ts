import { nativeThreads } from '../../diagnostics/threads.js';
import { realTime } from '../real-time.js';
import { RtcRuntime } from '../../runtime/rtc-runtime.js';
import { runtimeArgument } from '../kit-arguments.js';
import { kitScopes } from './kit-scopes.js';
import { type Leak, LeakError } from './leak.js';

/**
 * Rejects with a `LeakError` when `runtime` has an open scope, a native that was not given back, or when there are
 * library threads although it is idle. For the end of a suite (`after`, `afterAll`); for one test there is `testScope`.
 *
 * Default: the shared runtime.
 */
export async function assertNothingLeft(runtime: RtcRuntime = RtcRuntime.shared): Promise<void> {
  const { scopes, natives } = runtimeArgument(runtime, 'runtime').snapshot();
  const leaks: Leak[] = scopes.map((scope) => ({
    kind: 'scope',
    path: scope.path,
    scope,
    moved: false,
    places: new Map(),
  }));
  if (leaks.length === 0) {
    if (natives.held > 0) leaks.push({ kind: 'natives', count: natives.held });
    const idle = () =>
      runtime.state === 'idle' && RtcRuntime.shared.state === 'idle' && kitScopes.count === 0;
    const names = idle() ? await threadsLeft(idle) : [];
    if (names.length > 0) leaks.push({ kind: 'threads', names });
  }
  if (leaks.length > 0) throw new LeakError(leaks);
}

/** Milliseconds that the library's threads get to end after a cleanup, on a busy machine. */
const THREADS_MS = 1000;

/** Names of the library's threads that do not end, while `expected()` says that none should be there. */
export async function threadsLeft(expected: () => boolean): Promise<readonly string[]> {
  const end = realTime.now() + THREADS_MS;
  let threads = nativeThreads();
  while (threads.count > 0 && realTime.now() < end) {
    await realTime.sleep(2);
    if (!expected()) return [];
    threads = nativeThreads();
  }
  return threads.names;
}
