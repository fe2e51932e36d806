import { type DataChannel, type PeerConnection, RtcRuntime } from 'scoped-rtc';
import { ManualClock } from 'scoped-rtc/testing';
import { scopedWebRTC } from 'scoped-rtc/w3c';
import { expect, it } from 'vitest';
import { NegotiatedChannels } from '../../src/resources/data-channel/control/negotiated-channels.js';
import { connectedPair, wiredPair } from '../support/connected-pair.js';
import { nextEvent, until } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';
import { unannouncedPair } from '../support/unannounced-peers.js';

const ROUNDS = 20;

/** Makes this end's half of the channel and sends at once; gives what the peer has said by it. */
function greet(
  pc: PeerConnection,
  id: number,
  words = pc.path,
): { received: Promise<[unknown]>; channel: DataChannel } {
  const channel = pc.createDataChannel('both', { negotiated: true, id });
  const received = nextEvent<[unknown]>(channel, 'message');
  void channel.send(words);
  return { received, channel };
}

it('both ends make a channel when they are connected, and send at once: both receive the message of the other', async () => {
  {
    await using rtc = RtcRuntime.acquire('app');
    for (let round = 0; round < ROUNDS; round++) {
      await using pair = rtc.fork(`round-${round}`);
      const { alice, bob } = wiredPair(pair);
      alice.createDataChannel('first');
      const greetings = [alice, bob].map(async (side) => greet(await side.connected(), 5).received);
      expect(await Promise.all(greetings)).toEqual([[bob.path], [alice.path]]);
    }
  }
  await nothingLeft();
});

it('one end makes it long after the other: what the first has sent arrives', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const { alice, bob, near, far } = await connectedPair(rtc);
  const early = greet(alice, 5, 'early');
  // What alice does is before this for bob's library, too.
  const turn = nextEvent(far, 'message');
  await near.send('made');
  await turn;
  const late = greet(bob, 5, 'late');
  expect(await Promise.all([early.received, late.received])).toEqual([['late'], ['early']]);
});

it('one end makes it before connecting, the other when connected', async () => {
  await using rtc = RtcRuntime.acquire('app');
  for (let round = 0; round < ROUNDS; round++) {
    await using pair = rtc.fork(`round-${round}`);
    const { alice, bob } = wiredPair(pair);
    const before = greet(alice, 5);
    await bob.connected();
    expect(await Promise.all([before.received, greet(bob, 5).received])).toEqual([[bob.path], [alice.path]]);
  }
});

it('an id is used again and again, by whichever end is first', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const { alice, bob } = await connectedPair(rtc);
  for (let round = 0; round < ROUNDS; round++) {
    const [first, second] = round % 2 === 0 ? [alice, bob] : [bob, alice];
    const one = greet(first, 7, `${round}`);
    await Promise.resolve();
    const other = greet(second, 7, `${round}`);
    expect(await Promise.all([one.received, other.received])).toEqual([[`${round}`], [`${round}`]]);
    await Promise.all([one.channel.close(), other.channel.close()]);
  }
});

it('a half that is closed while it waits for the other says which messages were not sent', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const { alice } = await connectedPair(rtc);
  const channel = alice.createDataChannel('both', { negotiated: true, id: 5 });
  expect(channel.trySend('waits')).toBe(true);
  await channel.close();
  expect(await channel.closed()).toMatchObject({ by: 'local', undelivered: 1 });
});

it('a peer that does not make it is waited for a second, and one of another kind not at all', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const { alice } = await connectedPair(rtc.fork('ours'));
  const { alice: other } = await unannouncedPair(rtc.fork('others'));
  const channel = alice.createDataChannel('both', { negotiated: true, id: 5 });
  expect(channel.state).toBe('opening');
  expect(other.createDataChannel('both', { negotiated: true, id: 5 }).state).toBe('open');
  await channel.opened();
});

it('W3C objects that both make a negotiated channel when connected exchange messages', async () => {
  await using rtc = RtcRuntime.acquire('app');
  const { RTCPeerConnection } = scopedWebRTC(rtc);
  const [alice, bob] = [new RTCPeerConnection(), new RTCPeerConnection()];
  const received: unknown[] = [];
  const connected = (pc: typeof alice) =>
    new Promise<void>((resolve) => {
      pc.addEventListener('connectionstatechange', () => pc.connectionState === 'connected' && resolve());
    });
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    from.addEventListener('icecandidate', (event) => void to.addIceCandidate(event.candidate ?? undefined));
    void connected(from).then(() => {
      const channel = from.createDataChannel('both', { negotiated: true, id: 5 });
      channel.addEventListener('message', (event) => received.push(event.data));
      channel.addEventListener('open', () => channel.send('hello'));
    });
  }
  alice.createDataChannel('first');
  await alice.setLocalDescription();
  await bob.setRemoteDescription(alice.localDescription!);
  await bob.setLocalDescription();
  await alice.setRemoteDescription(bob.localDescription!);
  await until(() => received.length === 2, 'both greetings');
  alice.close();
  bob.close();
});

it('how often each end has made it decides, and no wait outlives its second', () => {
  const clock = new ManualClock();
  const negotiated = new NegotiatedChannels(clock, () => true);
  const opened: string[] = [];
  negotiated.made(5, () => opened.push('first'));
  expect(opened).toEqual([]);
  negotiated.peerMade(5, 1);
  expect(opened).toEqual(['first']);
  // Closed and made again: the peer's first half does not count any more.
  negotiated.made(5, () => opened.push('second'));
  negotiated.peerMade(5, 1);
  clock.advance(999);
  expect(opened).toEqual(['first']);
  clock.advance(1);
  expect(opened).toEqual(['first', 'second']);
  negotiated.read('6,x,70000,-1,7');
  negotiated.made(7, () => opened.push('announced'));
  expect(opened.at(-1)).toBe('announced');
  negotiated.made(8, () => opened.push('never'));
  negotiated.end();
  clock.advance(5000);
  expect(opened.at(-1)).toBe('announced');
});
