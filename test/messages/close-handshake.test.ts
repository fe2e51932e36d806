import {
  type DataChannel,
  memorySignaling,
  type Message,
  RtcRuntime,
  type RtcScope,
  type Signaling,
  type SignalingMessage,
} from 'scoped-rtc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  readReceipt,
  RECEIPT_BYTES,
  TOKEN_BYTES,
  writeReceipt,
} from '../../src/resources/closing/receipt.js';
import { endOf, linkedChannel, linkedPair } from '../network/linked-pair.js';
import { channelPair, connectedPair, incomingChannel, type Pair } from '../support/connected-pair.js';
import { until, within } from '../support/event.js';
import { note, numbered, type Seen } from './numbered.js';
import { rawConnection } from './raw-connection.js';

const ANNOUNCEMENT = /^a=x-scoped-rtc-receipts:1 [0-9a-f]{32}\r\n/m;
const NOTHING = { undelivered: 0, unconfirmed: { messages: 0, bytes: 0 } };

let scope: RtcScope;

beforeEach(() => {
  scope = RtcRuntime.acquire('handshake');
});
afterEach(async () => {
  await scope.disposeAsync();
  expect(RtcRuntime.shared.snapshot().natives).toMatchObject({ held: 0, retained: 0 });
  expect(RtcRuntime.shared.threads().count).toBe(0);
});

function seenBy(channel: DataChannel): Seen {
  const seen: Seen = { count: 0 };
  channel.on('message', (message) => note(seen, message));
  return seen;
}

function burst(channel: DataChannel, count: number, size: number): void {
  for (let n = 0; n < count; n++) void channel.send(numbered(n, size));
}

describe('two ends that close a channel in the same moment', () => {
  const COUNT = 500;

  it.each([
    ['created by one of them', {}],
    ['unordered', { unordered: true }],
    ['agreed on', { negotiated: true, id: 7 }],
  ])('have everything that either sent, %s', async (_, channel) => {
    const { near, far } = await connectedPair(scope, { channel });
    const [there, back] = [far, near].map((end) => {
      const came: number[] = [];
      end.on('message', (message) => came.push((message as Buffer).readUInt32LE()));
      return came;
    });
    burst(near, COUNT, 1000);
    burst(far, COUNT, 1000);
    await Promise.all([near.close(), far.close()]);
    expect(there?.toSorted((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (__, n) => n));
    expect(back?.toSorted((a, b) => a - b)).toEqual(there?.toSorted((a, b) => a - b));
    for (const end of [near, far]) expect(await end.closed()).toMatchObject({ by: 'local', ...NOTHING });
  });

  /** The creator closes, and the other end before a round trip is over: its reset comes when an answer might. */
  async function crossing(strangers: boolean, end: (far: DataChannel) => unknown) {
    const pair = await linkedPair({ delay: 50, jitter: 0, loss: 0, seed: 1, strangers });
    try {
      const { near, far } = await linkedChannel(pair, 'crossing');
      await until(() => far.state === 'open' && near.state === 'open', 'opening');
      const seen = seenBy(far);
      void far.send('taken up');
      await new Promise((resolve) => near.once('message', resolve));
      burst(near, 20, 100);
      const closing = near.close();
      await new Promise((resolve) => setTimeout(resolve, 35));
      await end(far);
      await closing;
      return { came: seen.count, missing: 20 - seen.count, ...(await near.closed()).unconfirmed };
    } finally {
      await endOf(pair);
    }
  }

  it('lose nothing where one closes half a round trip later', async () => {
    expect(await crossing(false, (far) => far.close())).toEqual({
      came: 20,
      missing: 0,
      messages: 0,
      bytes: 0,
    });
  });

  it('know how much was lost where one is aborted half a round trip later', async () => {
    const { came, messages } = await crossing(false, (far) => far.abort());
    expect({ came, messages }).toEqual({ came: 0, messages: 20 });
  });

  it('lose it untold without the handshake, as a control', async () => {
    const { came, missing, messages } = await crossing(true, (far) => far.abort());
    expect({ came, messages }).toEqual({ came: 0, messages: 0 });
    expect(missing).toBe(20);
  });
});

describe('an end without a handshake', () => {
  it('leaves in doubt what came since the last receipt, and nothing before it', async () => {
    const { near, far } = await connectedPair(scope);
    const seen = seenBy(far);
    burst(near, 1000, 1000);
    await until(() => seen.count === 1000, 'the messages');
    // Nothing shows when a receipt has come but what an end says: so one is waited for that must have been given.
    const native = near as unknown as { sent: { acknowledged: number } };
    await until(() => native.sent.acknowledged === 1000, 'the receipt');
    burst(near, 10, 1000);
    near.abort();
    expect((await near.closed()).unconfirmed).toEqual({ messages: 10, bytes: 10_000 });
  });

  it('does not acknowledge what the receive buffer had no room for', async () => {
    const { alice, bob } = await connectedPair(scope);
    const { near, far } = await channelPair(alice, bob, 'narrow', { receiveBuffer: { messages: 10 } });
    burst(far, 100, 100);
    expect(await within(near.closed(), 'the close')).toMatchObject({ by: 'error' });
    expect((await within(far.closed(), 'the close')).unconfirmed.messages).toBe(90);
  });
});

describe('a channel that its peer made', () => {
  it('is closed by us with everything arrived on both sides, and its id may be used again at once', async () => {
    const { alice, bob } = await connectedPair(scope);
    for (let round = 0; round < 20; round++) {
      const { near, far } = await channelPair(alice, bob, `round ${round}`);
      const [there, back] = [seenBy(far), seenBy(near)];
      burst(near, 50, 1000);
      burst(far, 50, 1000);
      await far.close();
      expect([there, back]).toEqual([{ count: 50 }, { count: 50 }]);
      expect(await far.closed()).toMatchObject({ by: 'local', ...NOTHING });
      expect(await within(near.closed(), 'the close')).toMatchObject({ by: 'remote', ...NOTHING });
    }
  });

  it('closes soon where it may give messages up', async () => {
    for (const init of [{ maxRetransmits: 0 }, { maxPacketLifeTime: 1, unordered: true }]) {
      const { alice, bob } = await connectedPair(scope);
      for (const closes of ['near', 'far'] as const) {
        const ends = await channelPair(alice, bob, closes, init);
        burst(ends.near, 5, 100);
        burst(ends.far, 5, 100);
        const closing = ends[closes].close({ timeout: 10_000 });
        await within(Promise.all([closing, ends.near.closed(), ends.far.closed()]), 'the close', 5000);
      }
    }
  });
});

describe('the announcement', () => {
  it('is in every description for data channels that the peer is given', async () => {
    const { alice, bob } = await connectedPair(scope);
    for (const pc of [alice, bob]) {
      expect(pc.localDescription()?.sdp.match(new RegExp(ANNOUNCEMENT, 'gm'))).toHaveLength(1);
      expect(pc.remoteDescription()?.sdp).toMatch(ANNOUNCEMENT);
    }
    const told: string[] = [];
    alice.on('localDescription', ({ sdp }) => told.push(sdp));
    alice.setLocalDescription('offer');
    await until(() => told.length > 0, 'the offer');
    expect(told[0]).toMatch(ANNOUNCEMENT);
  });

  it('says nothing in a description for media', async () => {
    const pc = scope.createPeerConnection('media');
    pc.addTrack({ kind: 'audio', codecs: [{ codec: 'opus', payloadType: 111 }] });
    const described = new Promise<string>((resolve) =>
      pc.once('localDescription', ({ sdp }) => resolve(sdp)),
    );
    pc.setLocalDescription();
    expect(await within(described, 'the offer')).not.toMatch(ANNOUNCEMENT);
  });

  /** `alter` may change the descriptions that alice is given. */
  async function alteredPair(alter: (sdp: string) => string): Promise<Pair> {
    const alice = scope.createPeerConnection('alice');
    const bob = scope.createPeerConnection('bob');
    alice.createDataChannel('first');
    const [one, other] = memorySignaling();
    const altered: Signaling = {
      send: (message) => one.send(message),
      close: () => one.close(),
      subscribe: (onMessage, onClosed) =>
        one.subscribe((message) => {
          const { description } = message as { description?: { type: 'answer'; sdp: string } };
          const given: SignalingMessage | undefined = description && {
            description: { ...description, sdp: alter(description.sdp) },
          };
          onMessage(given ?? message);
        }, onClosed),
    };
    await Promise.all([alice.negotiate(altered), bob.negotiate(other)]);
    return { alice, bob };
  }

  it.each([
    ['that got lost on its way', (sdp: string) => sdp.replace(ANNOUNCEMENT, '')],
    [
      'of another certificate',
      (sdp: string) => sdp.replace(ANNOUNCEMENT, `a=x-scoped-rtc-receipts:1 ${'0'.repeat(32)}\r\n`),
    ],
    ['of a later version', (sdp: string) => sdp.replace('rtc-receipts:1 ', 'rtc-receipts:2 ')],
  ])('%s does no harm, whoever closes', async (_, alter) => {
    const { alice, bob } = await alteredPair(alter);
    for (const closes of ['near', 'far'] as const) {
      const ends = await channelPair(alice, bob, closes);
      const [there, back] = [seenBy(ends.far), seenBy(ends.near)];
      burst(ends.near, 100, 100);
      burst(ends.far, 100, 100);
      await until(() => there.count === 100 && back.count === 100, 'the messages');
      await ends[closes].close();
      await within(Promise.all([ends.near.closed(), ends.far.closed()]), 'the close');
      expect([there, back]).toEqual([{ count: 100 }, { count: 100 }]); // and nothing that is not the application's
    }
  });
});

describe('a peer that does not know the handshake', () => {
  /** A connection of the raw binding that made a channel, and ours. `answer` is what ours is told of it. */
  async function rawPair(change: (offer: string) => string = (offer) => offer) {
    const [one, other] = memorySignaling();
    const pc = scope.createPeerConnection('ours near raw');
    const incoming = incomingChannel(pc, 'first');
    const changed: Signaling = {
      ...other,
      send: (message) => other.send(message),
      close: () => other.close(),
      subscribe: (onMessage, onClosed) =>
        other.subscribe((message) => {
          const { description } = message as { description?: { type: 'offer'; sdp: string } };
          onMessage(
            description ? { description: { ...description, sdp: change(description.sdp) } } : message,
          );
        }, onClosed),
    };
    const negotiating = pc.negotiate(changed);
    const raw = await rawConnection(scope, 'raw', one);
    await negotiating;
    return { pc, raw, ours: await incoming };
  }

  it('gets the messages of the application and nothing else', async () => {
    const { raw, ours } = await rawPair();
    const came: Message[] = [];
    raw.first.onMessage((message) => came.push(message as Message));
    await ours.send('a word');
    await ours.close();
    await until(() => came.length > 0, 'the message');
    expect(came).toEqual(['a word']);
    expect(raw.pc.remoteDescription()?.sdp).toMatch(ANNOUNCEMENT);
  });

  it('is not taken for one that does when it repeats what it was told', async () => {
    const { raw, ours } = await rawPair((offer) =>
      offer.replace(/^(?=m=)/m, `a=x-scoped-rtc-receipts:1 ${'ab'.repeat(16)}\r\n`),
    );
    const came: Message[] = [];
    raw.first.onMessage((message) => came.push(message as Message));
    await ours.send('a word');
    await ours.close();
    await until(() => came.length > 0, 'the message');
    expect(came).toEqual(['a word']);
  });

  it('may say in its words whatever it likes: nothing hangs, and no count gets wrong', async () => {
    const announced = (offer: string) => {
      const token = tokenOf(offer).toString('hex');
      return offer.replace(/^(?=m=)/m, `a=x-scoped-rtc-receipts:1 ${token}\r\n`);
    };
    const most = 2 ** 48 - 1;
    for (const { sent, received, unconfirmed } of [
      { sent: most, received: most, unconfirmed: 0 },
      { sent: most, received: 0, unconfirmed: 3 },
      { sent: 1, received: 2, unconfirmed: 1 },
    ]) {
      const { raw, ours } = await rawPair(announced);
      const receipt = writeReceipt(tokenOf(raw.pc.localDescription()?.sdp ?? ''), {
        sent,
        received,
        isLast: true,
        heard: 1,
      });
      const came: Message[] = [];
      ours.on('message', (message) => came.push(message));
      for (let n = 0; n < 3; n++) void ours.send('of ours');
      raw.first.sendMessageBinary(receipt);
      raw.first.sendMessage('of theirs');
      raw.first.sendMessageBinary(Buffer.concat([receipt, receipt]));
      raw.first.sendMessageBinary(receipt.subarray(1));
      await until(() => came.length >= 3 || ours.state !== 'open', 'what is no receipt');
      const closing = ours.close();
      raw.first.close();
      await closing;
      expect((await within(ours.closed(), 'the close')).unconfirmed.messages).toBe(unconfirmed);
      expect(came.filter((message) => message.length === receipt.length)).toEqual([]);
    }
  });
});

describe('a receipt', () => {
  const token = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');

  it('is read by whoever knows the token', () => {
    for (const isLast of [false, true]) {
      const receipt = { sent: 2 ** 40 + 1, received: 2 ** 48 - 1, isLast, heard: 255 };
      expect(readReceipt(token, writeReceipt(token, receipt))).toEqual(receipt);
    }
  });

  it('is nothing else', () => {
    const receipt = writeReceipt(token, { sent: 1, received: 2, isLast: true, heard: 0 });
    const later = Buffer.from(receipt);
    later[TOKEN_BYTES] = 2;
    const other = Buffer.from(receipt);
    other[0] = 1;
    for (const message of [
      later,
      other,
      receipt.subarray(1),
      Buffer.alloc(RECEIPT_BYTES),
      receipt.toString('latin1'),
      '',
    ]) {
      expect(readReceipt(token, message)).toBeUndefined();
    }
  });
});

/** The first bytes of the fingerprint of a description. */
function tokenOf(sdp: string): Buffer {
  const [, hex = ''] = /^a=fingerprint:sha-256 (\S+)/m.exec(sdp) ?? [];
  return Buffer.from(hex.replaceAll(':', ''), 'hex').subarray(0, TOKEN_BYTES);
}
