import { type DataChannel, RtcRuntime } from 'scoped-rtc';
import { expect, it } from 'vitest';
import { connectedPair, wiredPair } from '../support/connected-pair.js';
import { codeOf, nextEvent, until } from '../support/event.js';

const PAIRS = 20;

it('a channel made as soon as the connection says `connected` opens and stays open (H51)', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const opened: Promise<DataChannel>[] = [];
  const heard: Promise<[unknown]>[] = [];
  for (let n = 0; n < PAIRS; n++) {
    const { alice, bob } = wiredPair(rtc.fork(`pair-${n}`));
    bob.on('stateChange', (state) => {
      if (state === 'connected') opened.push(bob.createDataChannel('chat').opened());
    });
    alice.on('dataChannel', (channel) => heard.push(nextEvent(channel, 'message')));
    alice.createDataChannel('first');
  }
  await until(() => opened.length === PAIRS, 'all connections');
  for (const channel of await Promise.all(opened)) await channel.send('hello');
  await until(() => heard.length === PAIRS, 'all channels');
  expect(await Promise.all(heard)).toEqual(Array(PAIRS).fill(['hello']));
});

it('what tells when channels can be made is given back with the connection, and its stream id is refused', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const { alice, bob } = await connectedPair(rtc);
  // The offerer is the DTLS client, whose ids are even.
  expect(await codeOf(() => alice.createDataChannel('taken', { negotiated: true, id: 1020 }))).toBe(
    'RTC_INVALID_STATE',
  );
  expect(await codeOf(() => bob.createDataChannel('taken', { negotiated: true, id: 1021 }))).toBe(
    'RTC_INVALID_STATE',
  );
  await Promise.all([alice.close(), bob.close()]);
  await until(() => RtcRuntime.shared.snapshot().natives.held === 0, 'nothing in use');
});
