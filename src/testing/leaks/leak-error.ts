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
