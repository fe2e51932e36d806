import { ManualClock } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';
import { ResetFlush } from '../../src/resources/data-channel/control/reset-flush.js';
import { nothingLeft } from '../support/nothing-left.js';
import { endOf, linkedPair } from './linked-pair.js';

/** One channel a request over a network that loses every tenth datagram. Nothing else is sent that could move what is held. */
async function request(seed: number): Promise<void> {
  const pair = await linkedPair({ delay: 5, jitter: 0, loss: 0.1, seed });
  const { alice, bob } = pair;
  bob.on('dataChannel', (channel) => channel.once('message', (message) => void channel.trySend(message)));
  try {
    for (let n = 0; n < 40; n++) {
      const channel = alice.createDataChannel(`request ${n}`);
      await channel.send(`${n}`);
      expect(await channel.nextMessage({ timeout: 20_000 })).toBe(`${n}`);
      void channel.close();
    }
  } finally {
    await endOf(pair);
  }
}

it('what comes behind the reset of another channel arrives, though data before the reset was lost (H55)', async () => {
  await Promise.all([7, 8, 9].map(request));
  await nothingLeft();
});

it('asks less and less often, until a question is answered that was asked when all resets should have come', () => {
  const clock = new ManualClock();
  const asked: number[] = [];
  let isComplete = true;
  const flush = new ResetFlush(clock, {
    roundTrip: () => 10,
    isComplete: () => isComplete,
    ask: (number) => asked.push(number) > 0,
  });
  flush.begin();
  flush.begin();
  clock.advance(69);
  expect(asked).toEqual([]);
  for (const ms of [1, 140, 280, 560, 1120]) clock.advance(ms);
  expect(asked).toEqual([1, 2, 3, 4, 5]);
  flush.answered(4); // asked 1050 ms after the reset
  expect(clock.pending).toBe(1);
  flush.answered(6); // was not asked
  expect(clock.pending).toBe(1);
  flush.answered(5);
  expect(clock.pending).toBe(0);
  isComplete = false;
  flush.begin();
  for (let n = 0; n < 10; n++) clock.advance(2000);
  flush.answered(asked.at(-1)!);
  expect(clock.pending).toBe(1);
  isComplete = true;
  clock.advance(2000);
  flush.answered(asked.at(-1)!);
  expect(clock.pending).toBe(0);
  flush.begin();
  for (let n = 0; n < 60; n++) clock.advance(2000);
  expect(clock.pending).toBe(0);
});
