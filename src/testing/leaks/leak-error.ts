import type { Leak } from './leak.js';
import { describeLeak } from './leak-message.js';

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
  const left = leaks.filter((leak) => !leak.kind.startsWith('teardown')).length;
  const what =
    left === leaks.length
      ? 'something was left open'
      : left === 0
        ? 'the teardown did not go well'
        : 'something was left open, and the teardown did not go well';
  if (tests.length === 0) return what;
  if (tests.length === 1) return `${what} by "${tests[0]}"`;
  return `${what} by one of these tests, which ran at the same time: ${tests.map((test) => `"${test}"`).join(', ')}`;
}
