import { RtcRuntime } from 'scoped-rtc';
import { expect, test } from 'scoped-rtc/vitest';
import { afterAll, beforeAll, vi } from 'vitest';

const TESTS = 500;
/** One in so many connects a pair; the others make a connection and a channel. */
const PAIR_EACH = 25;

beforeAll(() => {
  expect(RtcRuntime.shared.threads().count).toBe(0);
});

for (let number = 1; number <= TESTS; number++) {
  if (number % PAIR_EACH === 0) {
    test(`test ${number} connects`, async ({ connectedPair: { near, far } }) => {
      await near.send(`hello ${number}`);
      await expect(far).toHaveReceived(`hello ${number}`);
    });
  } else {
    test(`test ${number}`, async ({ rtc }) => {
      rtc.createPeerConnection('alice').createDataChannel('chat');
      await vi.waitUntil(() => RtcRuntime.shared.threads().count > 0);
    });
  }
}

afterAll(() => {
  expect(RtcRuntime.shared.cleanups).toBe(TESTS);
  expect(RtcRuntime.shared.threads().names).toEqual([]);
});
