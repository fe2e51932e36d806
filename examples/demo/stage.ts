import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { NativeThreads, RtcRuntime, TeardownReport } from 'scoped-rtc';
import type { CheckList } from '../support/check-list.js';
import { bold, dim, formatMs } from '../support/style.js';
import { teardownLines } from '../support/teardown-lines.js';

/** What was seen while an act went on. */
export interface Act {
  readonly report: TeardownReport;
  readonly threadsBefore: NativeThreads;
  readonly threadsAfter: NativeThreads;
  readonly cleanups: number;
  /** Milliseconds that the native cleanup blocked the event loop. */
  readonly cleanupMs: number;
  /** What the body threw. */
  readonly error: unknown;
}

const CLEANUP_CHANNEL = 'scoped-rtc:runtime:cleanup';

/** Runs `body`, which makes a root scope called `name`, and watches the runtime from outside. */
export async function watchAct(runtime: RtcRuntime, name: string, body: () => Promise<void>): Promise<Act> {
  let report: TeardownReport = [];
  let cleanupMs = 0;
  const onCleanup = (message: unknown) => {
    cleanupMs += (message as { ms: number }).ms;
  };
  const threadsBefore = runtime.threads();
  const cleanupsBefore = runtime.cleanups;
  let error: unknown;
  using _teardowns = runtime.subscribe('teardown', (steps, path) => {
    if (path === name) report = steps;
  });
  subscribe(CLEANUP_CHANNEL, onCleanup);
  try {
    await body();
  } catch (thrown) {
    error = thrown;
  } finally {
    unsubscribe(CLEANUP_CHANNEL, onCleanup);
  }
  const cleanups = runtime.cleanups - cleanupsBefore;
  return { report, threadsBefore, threadsAfter: runtime.threads(), cleanups, cleanupMs, error };
}

export function printAct(act: Act): void {
  console.log(
    `\n  ${bold('Teardown, in order')}  ${dim('(time includes draining, which goes on at once for all)')}`,
  );
  for (const line of teardownLines(act.report)) console.log(`  ${line}`);
  console.log('');
}

/** What must hold after an act, however it ended. */
export function checkAct(act: Act, checks: CheckList): void {
  const { report, threadsAfter, threadsBefore } = act;
  checks.check(
    'torn down in order: channel, its connection, the socket it uses; cleanup last',
    inOrder(report),
  );
  const unclean = report.filter((step) => step.outcome !== 'closed');
  checks.check(
    'everything was closed, nothing had to be forced',
    unclean.length === 0,
    `${report.length} steps`,
  );
  const { cleanups } = act;
  checks.check('one native cleanup', cleanups === 1, `${cleanups}, ${formatMs(act.cleanupMs)}`);
  if (!threadsAfter.supported) console.log(dim('  - library threads cannot be seen on this platform'));
  else {
    const found = `${threadsBefore.count} before, ${threadsAfter.count} after`;
    checks.check('no library thread is left', threadsAfter.count === 0, found);
  }
}

/** Owned things before their owner, a connection before the socket it uses (`alice` uses `alice-signaling`). */
function inOrder(report: TeardownReport): boolean {
  const place = new Map(report.map((step, index) => [step.path, index]));
  const goesBefore = (first: string, second: string) => (place.get(first) ?? -1) < (place.get(second) ?? -1);
  const natives = report.filter((step) => NATIVE.has(step.kind));
  const cleanup = report.find((step) => step.kind === 'cleanup');
  return (
    cleanup !== undefined &&
    [...NATIVE].every((kind) => natives.some((step) => step.kind === kind)) &&
    natives.every(({ path, kind }) => {
      const owner = path.slice(0, path.lastIndexOf('/'));
      const beforeSocket = kind !== 'PeerConnection' || goesBefore(path, `${path}-signaling`);
      return goesBefore(path, owner) && goesBefore(path, cleanup.path) && beforeSocket;
    })
  );
}

const NATIVE: ReadonlySet<string> = new Set([
  'DataChannel',
  'PeerConnection',
  'WebSocket',
  'WebSocketServer',
]);
