import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding, ManualClock } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';
import { connectedPair } from '../support/connected-pair.js';
import { unannouncedPair } from '../support/unannounced-peers.js';

/** Milliseconds of the clock that closing takes right after something was sent, on a channel that has just opened. */
async function closing(pair: typeof unannouncedPair, answered: boolean): Promise<number> {
  const clock = new ManualClock();
  const runtime = new RtcRuntime({ native: createFakeBinding(), clock });
  const scope = runtime.scope('app');
  const { near, far } = await clock.runUntil(pair(scope));
  const arrived = new Promise((resolve) => far.once('message', resolve));
  const came = new Promise((resolve) => near.once('message', resolve));
  await near.send('hello');
  await arrived;
  if (answered) {
    await far.send('welcome');
    await came;
  }
  const begun = clock.now();
  await clock.runUntil(near.close());
  const took = clock.now() - begun;
  await clock.runUntil(scope.disposeAsync());
  expect(await near.closed()).toMatchObject({ by: 'local', undelivered: 0, unconfirmed: { messages: 0 } });
  return took;
}

it('a channel that has just opened is held open until its peer has taken it up (H18)', async () => {
  expect(await closing(unannouncedPair, false)).toBeGreaterThan(10);
});

it('an answer shows that the peer has accepted it: closing does not wait', async () => {
  expect(await closing(unannouncedPair, true)).toBeLessThanOrEqual(10);
});

it('a peer that shakes hands says itself what it has taken: closing does not wait', async () => {
  expect(await closing((scope) => connectedPair(scope), false)).toBeLessThanOrEqual(10);
});
