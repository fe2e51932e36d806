import { type NodeSnapshot, renderNode } from '../../diagnostics/snapshot.js';
import type { TeardownReport, TeardownStep } from '../../scope/teardown-report.js';
import type { Leak } from './leak.js';

/** What was left, where it was made, and which call ends it. */
export function describeLeak(leak: Leak): string {
  switch (leak.kind) {
    case 'scope':
      return scopeLeft(leak);
    case 'handle':
      return [
        `${leak.handleKind} "${leak.path}" is still open, in a runtime of its own${madeAt(leak.place)}`,
        `  End the scope "${rootOf(leak.path)}" that owns it before the test ends (\`await using\`, or`,
        '  `await scope.disposeAsync()`), or give the code under test the scope `rtc` to work in.',
      ].join('\n');
    case 'natives':
      return [
        `${leak.count} native ${leak.count === 1 ? 'object is' : 'objects are'} still held, and no scope owns ${leak.count === 1 ? 'it' : 'them'}`,
        "  Closing failed, see the warnings RTC_CLOSE_FAILED. With cleanup: 'manual', call `await runtime.shutdown()`.",
      ].join('\n');
    case 'threads':
      return [
        `${leak.names.length} threads of the library are still there: ${counted(leak.names)}`,
        '  Nothing that this package made needs them, so something was made with node-datachannel itself. Close it,',
        '  then call the `cleanup()` of node-datachannel; or hand it to a scope, which does both.',
      ].join('\n');
    case 'teardown-failed':
      return [
        `ending the scope "${leak.path}" failed: ${messageOf(leak.error)}`,
        ...reportLines(leak.report, 'failed'),
        '  A disposer of a test must not throw: mend what is marked above. If the test is about that failure, put it',
        '  into a scope of its own (`rtc.fork()`) and expect the rejection of its `disposeAsync()`.',
      ].join('\n');
    case 'teardown-forced':
      return [
        `ending the scope "${leak.path}" was forced, its deadline was ${leak.timeout} ms`,
        ...reportLines(leak.report, 'forced'),
        '  What is marked did not end by itself: a disposer that waits for something that never comes, or a close',
        '  that the library did not acknowledge. Let it end, or give it more time with the option `teardownTimeout`.',
      ].join('\n');
  }
}

function scopeLeft({ path, scope, moved, places }: Extract<Leak, { kind: 'scope' }>): string {
  const lines = [
    moved
      ? `the scope "${path}" was moved out of the test's own scope, and nobody ended it`
      : `the root scope "${path}"${acquired(scope)} is still open`,
    ...treeLines(scope),
  ];
  for (const [handle, place] of places) lines.push(`  ${handle} was made at ${place}`);
  if (moved) {
    lines.push(
      '  Whoever calls `move()` owns the result: end it with `await using` or `await moved.disposeAsync()` before the',
      '  test ends.',
    );
  } else {
    lines.push(
      '  End it before the test ends: declare it with `await using`, or call `await scope.disposeAsync()`. Or give the',
      '  code under test a branch of the scope that the test has: `rtc.fork()`.',
    );
  }
  return lines.join('\n');
}

function acquired({ acquiredAt }: NodeSnapshot): string {
  return acquiredAt === undefined ? '' : `, acquired at ${acquiredAt},`;
}

/** The tree as `inspect()` prints it. */
export function treeLines(scope: NodeSnapshot): string[] {
  return renderNode(scope).map((line) => `    ${line}`);
}

/** Every step of a teardown in order, with those of `outcome` marked. */
function reportLines(report: TeardownReport, outcome: TeardownStep['outcome']): string[] {
  return report.map(
    (step) =>
      `  ${step.outcome === outcome ? '>' : ' '} ${step.path}  ${step.kind}  ${step.outcome} after ${Math.round(step.ms)} ms`,
  );
}

function madeAt(place: string | undefined): string {
  return place === undefined ? '' : `; it was made at ${place}`;
}

function rootOf(path: string): string {
  return path.split('/', 1)[0] ?? path;
}

function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`)).join(', ');
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A chain says nothing by its own message: the errors in it do.
  if (error.name === 'SuppressedError' && 'error' in error && 'suppressed' in error) {
    return `${messageOf(error.suppressed)}; then ${messageOf(error.error)}`;
  }
  return `${error.name}: ${error.message}`;
}
