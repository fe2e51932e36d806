import { type DataChannel, memorySignaling, RtcRuntime } from 'scoped-rtc';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connectedPair, wiredPair } from '../support/connected-pair.js';
import { rawConnection } from '../messages/raw-connection.js';
import { unannouncedPair } from '../support/unannounced-peers.js';
import { codeOf, nextEvent, until } from '../support/event.js';

const PAIRS = 20;

it('a channel made as soon as the connection says `connected` opens and stays open (H51)', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const opened: Promise<DataChannel>[] = [];
  const received: Promise<[unknown]>[] = [];
  for (let n = 0; n < PAIRS; n++) {
    const { alice, bob } = wiredPair(rtc.fork(`pair-${n}`));
    bob.on('stateChange', (state) => {
      if (state === 'connected') opened.push(bob.createDataChannel('chat').opened());
    });
    alice.on('dataChannel', (channel) => received.push(nextEvent(channel, 'message')));
    alice.createDataChannel('first');
  }
  await until(() => opened.length === PAIRS, 'all connections');
  for (const channel of await Promise.all(opened)) await channel.send('hello');
  await until(() => received.length === PAIRS, 'all channels');
  expect(await Promise.all(received)).toEqual(Array(PAIRS).fill(['hello']));
});

it('the control channel is given back with the connection, and its stream id is refused', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const { alice, bob } = await connectedPair(rtc);
  for (const side of [alice, bob]) {
    expect(await codeOf(() => side.createDataChannel('taken', { negotiated: true, id: 1021 }))).toBe(
      'RTC_INVALID_STATE',
    );
  }
  await Promise.all([alice.close(), bob.close()]);
  await until(() => RtcRuntime.shared.snapshot().natives.held === 0, 'nothing in use');
});

it('with another peer the control channel has an id that is ours to give', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const { alice, bob } = await unannouncedPair(rtc);
  // The offerer is the DTLS client, whose ids are even. Either has announced that it needs 1021.
  for (const [side, id] of [
    [alice, 1020],
    [alice, 1021],
    [bob, 1021],
  ] as const) {
    expect(await codeOf(() => side.createDataChannel('taken', { negotiated: true, id }))).toBe(
      'RTC_INVALID_STATE',
    );
  }
});

it('an id that the program has taken before connecting stays its own, on both sides', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const { near, far } = await connectedPair(rtc, { channel: { negotiated: true, id: 1021 } });
  const received = nextEvent(far, 'message');
  await near.send('hello');
  expect(await received).toEqual(['hello']);
});

it('a peer that floods the ids of the control channel holds nobody up (H17)', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const [one, other] = memorySignaling();
  const ours = rtc.createPeerConnection('alice');
  const arriving = nextEvent<[DataChannel]>(ours, 'dataChannel');
  const negotiated = ours.negotiate(one);
  const { pc, first } = await rawConnection(rtc, 'raw', other);
  await negotiated;
  const flood = [1020, 1021].map((id) => pc.createDataChannel('', { negotiated: true, id }));
  for (const channel of flood) rtc.adopt(channel, (open) => open.close());
  // More than the library keeps of a channel that nobody reads. One of the ids has no channel here, and is reset.
  for (let n = 0; n < 3000; n++) for (const channel of flood) if (channel.isOpen()) trySend(channel);
  const [channel] = await arriving;
  const received = nextEvent(channel, 'message');
  first.sendMessage('still there?');
  expect(await received).toEqual(['still there?']);
  await ours.close();
});

it('a peer that closes the control channel does not hold up the event loop', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const [one, other] = memorySignaling();
  const ours = rtc.createPeerConnection('alice');
  ours.on('dataChannel', (channel) => channel.on('message', (message) => channel.send(message)));
  const negotiated = ours.negotiate(one);
  const { pc, first } = await rawConnection(rtc, 'raw', other);
  await negotiated;
  const back: unknown[] = [];
  first.onMessage((message) => back.push(message));
  const same = [1020, 1021].map((id) => pc.createDataChannel('', { negotiated: true, id }));
  for (const channel of same) rtc.adopt(channel, (open) => open.close());
  await until(() => same.some((channel) => channel.isOpen()), 'a channel with the id of the control channel');
  for (const channel of same) channel.close();
  first.sendMessage('closed');
  await until(() => back.length > 0, 'an answer behind the resets');
  const waits = vi.spyOn(Atomics, 'wait');
  onTestFinished(() => waits.mockRestore());
  ours.createDataChannel('chat');
  expect(waits).not.toHaveBeenCalled();
  await ours.close();
});

function trySend(channel: { sendMessage(text: string): boolean }): void {
  try {
    channel.sendMessage('flood');
  } catch {
    // It was reset just now.
  }
}
