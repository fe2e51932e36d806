import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';

const program = new URL('./programs/unread-channel.ts', import.meta.url);
const DEFAULT_MESSAGES = 65_536;

it('a channel that nobody reads overflows with a code, and freezes nobody', async () => {
  const ended = await runChild(program);
  expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
  const reported = Object.assign({}, ...ended.lines) as Record<string, number>;
  expect(reported).toMatchObject({
    by: 'error',
    reason: 'RTC_OVERFLOW',
    errors: ['RTC_OVERFLOW'],
    taken: DEFAULT_MESSAGES,
    thrown: 'RTC_OVERFLOW',
    threads: 0,
  });
  expect(reported.unread).toBeGreaterThan(DEFAULT_MESSAGES);
  // The other connection went on meanwhile, and the event loop was never held for long.
  expect(reported.pongsMeanwhile).toBeGreaterThan(20);
  expect(reported.slowest).toBeLessThan(5000);
  // 65 536 buffers of 1 kB with what V8 adds to each, and the garbage of the sender.
  expect(reported.grown).toBeLessThan(400 * 1024 * 1024);
  expect(reported.disposeMs).toBeLessThan(5000);
  expect(ended.exitedByItself).toBe(true);
});
