/**
 * Tests of an application with node:test: each test has a scope, and fails when something of it is left.
 *
 *     npx tsx --test examples/testing/node-test.ts
 */
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import type { DataChannel } from 'scoped-rtc';
import { RtcRuntime } from 'scoped-rtc';
import {
  assertNothingLeft,
  createFakeBinding,
  loopbackPair,
  ManualClock,
  type TestScope,
  testScope,
  withTestScope,
} from 'scoped-rtc/testing';

/** The application: answers every question until the channel ends. */
async function answer(channel: DataChannel): Promise<void> {
  for await (const question of channel) await channel.send(`${question}? Yes.`);
}

// The whole suite is over: nothing of the library may be left, and the process can exit.
after(() => assertNothingLeft());

// A scope for one test, in one call.
test('a question is answered', () =>
  withTestScope(async (rtc) => {
    const { near, far } = await loopbackPair(rtc);
    void answer(far);
    await near.send('Does it rain');
    assert.equal(await near.nextMessage(), 'Does it rain? Yes.');
  }));

// The same with hooks, for tests that share what goes before them.
describe('someone who asks', () => {
  let open: TestScope;

  beforeEach(() => {
    open = testScope();
  });
  afterEach(() => open.end());

  test('is notified when the other side leaves', async () => {
    const { near, far } = await loopbackPair(open.scope);
    await far.close();
    assert.equal((await near.closed()).by, 'remote');
  });
});

// What no network does on demand: a peer that never answers, and half a minute that takes no time.
test('a peer that never answers is given up after 30 s', () => {
  const clock = new ManualClock();
  const native = createFakeBinding({ faults: { failToConnect: true } });
  const runtime = new RtcRuntime({ native, clock });
  return withTestScope(
    async (rtc) => {
      const asking = rtc.createPeerConnection('alice').createDataChannel('chat').opened({ timeout: 30_000 });
      await assert.rejects(clock.runUntil(asking), { code: 'RTC_TIMEOUT' });
      assert.equal(clock.now(), 30_000);
    },
    { runtime },
  );
});
