/**
 * Tests of an application with vitest: each test that asks for `rtc` has a scope, and fails when something of it is left.
 *
 *     npm install --save-dev vitest
 *     npx vitest run examples/testing/vitest.test.ts
 *
 * For tests that do not ask for it: `setupFiles: ['scoped-rtc/vitest/setup']` in the configuration.
 */
import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding, loopbackPair } from 'scoped-rtc/testing';
import { expect, test } from 'scoped-rtc/vitest';

test('a message arrives', async ({ rtc }) => {
  const { near, far } = await loopbackPair(rtc);
  await near.send('hello');
  expect(await far.nextMessage()).toBe('hello');
});

test('the other side is notified of the end', async ({ rtc }) => {
  const { near, far } = await loopbackPair(rtc);
  await far.close();
  expect(await near.closed()).toMatchObject({ by: 'remote' });
});

test('a peer that cannot be reached is reported with a code, without a network', async () => {
  const native = createFakeBinding({ faults: { failToConnect: true } });
  await using rtc = new RtcRuntime({ native }).scope('test');
  const opening = rtc.createPeerConnection('alice').createDataChannel('chat').opened({ timeout: 50 });
  await expect(opening).rejects.toMatchObject({ code: 'RTC_TIMEOUT' });
});
