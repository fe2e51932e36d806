import { shorten } from '../../diagnostics/creation-place.js';
import { type NodeSnapshot, renderNode } from '../../diagnostics/snapshot.js';
import type { TeardownReport, TeardownStep } from '../../scope/teardown-report.js';

/** Something that a test left behind, or a teardown that did not go well. */
export type Leak =
  /** A root scope that nobody ended, with what it owns. `moved`: it is what the test's own scope was moved to. */
  | {
      readonly kind: 'scope';
      readonly path: string;
      readonly scope: NodeSnapshot;
      readonly moved: boolean;
      readonly places: ReadonlyMap<string, string>;
    }
  /** A handle of a runtime that the test did not name. */
  | {
      readonly kind: 'handle';
      readonly path: string;
      readonly handleKind: string;
      readonly place: string | undefined;
    }
  /** Natives that a runtime could not give back to the library. */
  | { readonly kind: 'natives'; readonly count: number }
  /** Threads of the library that no scope accounts for. */
  | { readonly kind: 'threads'; readonly names: readonly string[] }
  /** Ending the test's scope threw. */
  | {
      readonly kind: 'teardown-failed';
      readonly path: string;
      readonly error: unknown;
      readonly report: TeardownReport;
    }
  /** The deadline passed while the test's scope was ending. */
  | {
      readonly kind: 'teardown-forced';
      readonly path: string;
      readonly timeout: number;
      readonly report: TeardownReport;
    };

/** A test left something behind. The message says what, where it was made, and which call ends it. */
export class LeakError extends Error {
  override name = 'LeakError';
  readonly leaks: readonly Leak[];

  constructor(leaks: readonly Leak[], tests: readonly string[] = []) {
    super([headOf(leaks, tests), ...leaks.map((leak) => describeLeak(leak))].join('\n\n'), {
      // A runner prints the cause below the message, with its stack.
      cause: leaks.find((leak) => leak.kind === 'teardown-failed')?.error,
    });
    this.leaks = leaks;
  }
}

function headOf(leaks: readonly Leak[], tests: readonly string[]): string {
  const teardown = leaks.some((leak) => leak.kind.startsWith('teardown'));
  const left = leaks.some((leak) => !leak.kind.startsWith('teardown'));
  if (!left) return tests.length === 0 ? BADLY : `${BADLY} after ${namesOf(tests)}`;
  const open = teardown ? `${OPEN}, and ${BADLY}` : OPEN;
  return tests.length === 0 ? open : `${open} after ${namesOf(tests)}`;
}

const OPEN = 'something was left open';
const BADLY = 'the teardown did not go well';

function namesOf(tests: readonly string[]): string {
  if (tests.length === 1) return `"${tests[0]}"`;
  return `one of these tests, which ran at the same time: ${tests.map((test) => `"${test}"`).join(', ')}`;
}

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

/** Messages of an error, and of all in a chain: a `SuppressedError` has no message of its own worth reading. */
function messageOf(error: unknown): string {
  const messages: string[] = [];
  const left = [error];
  while (left.length > 0) {
    const next = left.pop();
    if (next instanceof Error && next.name === 'SuppressedError' && 'error' in next && 'suppressed' in next) {
      left.push(next.error, next.suppressed);
    } else {
      const message = next instanceof Error ? `${next.name}: ${next.message}` : String(next);
      messages.push(messages.length === 0 ? message : `then ${message}`);
    }
  }
  return shorten(messages);
}
