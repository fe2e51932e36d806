import { RtcRuntime } from '../../runtime/rtc-runtime.js';
import { membersOf, type NodeSnapshot } from '../../diagnostics/snapshot.js';
import { RUNTIME_TRACE } from '../../diagnostics/trace.js';
import { nativeThreads } from '../../diagnostics/threads.js';
import { realTime } from '../real-time.js';
import { kitScopes } from './kit-scopes.js';
import type { Leak } from './leak.js';
import { OpenHandles } from './open-handles.js';
import { threadsLeft } from './assert-nothing-left.js';

const running = new Set<TestWatch>();
const handles = new OpenHandles<TestWatch>(running);

/** Milliseconds that something which is ending already, without the test having waited for it, gets to end. */
const GRACE_MS = 500;

/** Whose watch it is. */
export interface WatchOwner {
  /** Watches with the same one are of the same test: none of them is asked about what another one finds. Default: none is. */
  readonly task?: object | undefined;
}

/**
 * Looks at what is open before and after one test. Of tests that run at the same time, the last to end answers for
 * what any of them may have left, and names them all.
 */
export class TestWatch {
  readonly #name: string;
  readonly #task: object;
  readonly #runtimes: ReadonlySet<RtcRuntime>;
  /** Names of the root scopes that were there before, without those of the kit. */
  readonly #before = new Map<RtcRuntime, readonly string[]>();
  readonly #threadsBefore: boolean;
  /** Names of tests that ran at the same time, and have ended without an answer, by their tasks. */
  readonly #others = new Map<object, string>();

  constructor(name: string, runtime: RtcRuntime, { task = this }: WatchOwner = {}) {
    this.#name = name;
    this.#task = task;
    this.#runtimes = new Set([runtime, RtcRuntime.shared]);
    const idle = [...this.#runtimes].every((watched) => watched.state === 'idle');
    this.#threadsBefore = idle && running.size === 0 && nativeThreads().count > 0;
    for (const watched of this.#runtimes) {
      const roots = watched.snapshot().scopes.map((scope) => scope.path);
      this.#before.set(watched, without(roots, kitScopes.namesIn(watched)));
    }
    running.add(this);
    handles.start();
  }

  /**
   * Ends the watch. `own` is the name that the test's scope had, which is gone by now. With `quiet` nothing is
   * reported, because the test has failed already; but tests that still run will name it if it left what they find.
   */
  async end(own: string, quiet = false): Promise<{ leaks: Leak[]; tests: string[] }> {
    if (!quiet) await this.#settle();
    running.delete(this);
    const left = this.#left(own).filter((found) => !this.#leaveToOthers(found));
    if (running.size === 0) handles.stop();
    const leaks = quiet ? [] : left.map(({ leak }) => leak);
    if (leaks.length === 0 && !quiet && !this.#threadsBefore && this.#alone) {
      const names = await threadsLeft(() => this.#alone);
      if (names.length > 0) leaks.push({ kind: 'threads', names });
    }
    const tests = leaks.length > 0 ? [this.#name, ...this.#others.values()] : [];
    if (leaks.length > 0 || quiet) await this.#clear();
    return { leaks, tests };
  }

  /** No test runs, and no runtime that we know of has a scope. */
  get #alone(): boolean {
    if (running.size > 0 || kitScopes.count > 0) return false;
    for (const runtime of this.#runtimes) if (runtime.state !== 'idle') return false;
    return true;
  }

  /** Watches of other tests. */
  get #othersRunning(): TestWatch[] {
    return [...running].filter((test) => test.#task !== this.#task);
  }

  async #settle(): Promise<void> {
    const end = realTime.now() + GRACE_MS;
    while (this.#mayEnd() && realTime.now() < end) {
      await realTime.sleep(2);
    }
  }

  /** Something is left, and it may be about to end. */
  #mayEnd(): boolean {
    for (const runtime of this.#runtimes) {
      if (this.#newRoots(runtime).some((root) => root.state !== 'live')) return true;
    }
    return this.#leftElsewhere().length > 0;
  }

  #left(own: string): { leak: Leak; shared: readonly TestWatch[] }[] {
    const left: { leak: Leak; shared: readonly TestWatch[] }[] = [];
    for (const runtime of this.#runtimes) {
      for (const scope of this.#newRoots(runtime)) {
        const { path } = scope;
        const shared = this.#othersRunning.filter((test) => test.#isNew(runtime, path));
        left.push({
          leak: { kind: 'scope', path, scope, moved: path === own, places: places(scope) },
          shared,
        });
      }
      const { held } = runtime.snapshot().natives;
      if (runtime.state === 'idle' && held > 0) {
        left.push({ leak: { kind: 'natives', count: held }, shared: this.#othersRunning });
      }
    }
    for (const { path, kind: handleKind, place, during } of this.#leftElsewhere()) {
      const shared = this.#othersRunning.filter((test) => during.has(test));
      left.push({ leak: { kind: 'handle', path, handleKind, place }, shared });
    }
    return left;
  }

  #leaveToOthers({ shared }: { shared: readonly TestWatch[] }): boolean {
    for (const test of shared) {
      for (const [task, name] of [[this.#task, this.#name] as const, ...this.#others]) {
        if (task !== test.#task) test.#others.set(task, name);
      }
    }
    return shared.length > 0;
  }

  #newRoots(runtime: RtcRuntime): NodeSnapshot[] {
    const expected = [...(this.#before.get(runtime) ?? []), ...kitScopes.namesIn(runtime)];
    return runtime.snapshot().scopes.filter(({ path }) => {
      const at = expected.indexOf(path);
      if (at >= 0) expected.splice(at, 1);
      return at < 0;
    });
  }

  #isNew(runtime: RtcRuntime, path: string): boolean {
    return this.#newRoots(runtime).some((root) => root.path === path);
  }

  /** The topmost open handles that this test made in runtimes that are not the tests' own. */
  #leftElsewhere(): ReturnType<typeof handles.madeDuring> {
    const known = new Set<unknown>([...this.#runtimes].map((runtime) => runtime[RUNTIME_TRACE]));
    const open = handles
      .madeDuring(this)
      .filter(({ path, trace }) => !known.has(trace) && !kitScopes.has(trace, path.split('/', 1)[0]!));
    return open.filter(
      ({ path, trace }) => !open.some((other) => other.trace === trace && path.startsWith(`${other.path}/`)),
    );
  }

  /** What was reported must not be reported again by the next test, nor keep its threads. */
  async #clear(): Promise<void> {
    if (this.#othersRunning.length > 0 || kitScopes.count > 0) return;
    for (const [runtime, before] of this.#before) {
      if (before.length > 0) continue; // somebody else's scopes would go with it
      await runtime.shutdown({ timeout: GRACE_MS }).catch(() => {}); // the test has failed anyway
    }
  }
}

/** Where each handle below `scope` was made, as far as we saw it. */
function places(scope: NodeSnapshot): Map<string, string> {
  const found = new Map<string, string>();
  for (const { node } of membersOf([scope])) {
    const place = handles.placeOf(node.path);
    if (place !== undefined) found.set(node.path, place);
  }
  return found;
}

function without(names: readonly string[], taken: readonly string[]): string[] {
  const left = [...names];
  for (const name of taken) {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}
