import { memorySignaling, type Message, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readReceipt, RECEIPT_BYTES, writeReceipt } from '../../src/resources/data-channel/ending/receipt.js';
import { TOKEN_BYTES } from '../../src/resources/sdp.js';
import { altered } from '../support/altered-signaling.js';
import {
  channelPair,
  connectedPair,
  incomingChannel,
  type Pair,
  wiredPair,
} from '../support/connected-pair.js';
import { codeOf, until, within } from '../support/event.js';
import { burst, seenBy } from './numbered.js';
import { rawConnection } from './raw-connection.js';
import { nothingLeft } from '../support/nothing-left.js';

const ANNOUNCEMENT = /^a=x-scoped-rtc-receipts:1 [0-9a-f]{32}\r\n/m;

let scope: RtcScope;

beforeEach(() => {
  scope = RtcRuntime.acquire('receipts');
});
afterEach(async () => {
  await scope.disposeAsync();
  await nothingLeft();
});

describe('the announcement', () => {
  it('is in every description for data channels that the peer is given', async () => {
    const { alice, bob } = await connectedPair(scope);
    for (const pc of [alice, bob]) {
      expect(pc.localDescription()?.sdp.match(new RegExp(ANNOUNCEMENT, 'gm'))).toHaveLength(1);
      expect(pc.remoteDescription()?.sdp).toMatch(ANNOUNCEMENT);
    }
    const reported: string[] = [];
    alice.on('localDescription', ({ sdp }) => reported.push(sdp));
    alice.setLocalDescription('offer');
    await until(() => reported.length > 0, 'the offer');
    expect(reported[0]).toMatch(ANNOUNCEMENT);
  });

  it('of an answer that the library refuses changes nothing', async () => {
    const { alice, bob } = wiredPair(scope);
    alice.createDataChannel('first');
    await Promise.all([alice.connected(), bob.connected()]);
    const other = scope.createPeerConnection('other');
    const described = new Promise<string>((resolve) =>
      other.once('localDescription', ({ sdp }) => resolve(sdp)),
    );
    other.createDataChannel('other');
    const sdp = await within(described, 'the offer');
    // There is no offer that it could answer.
    expect(await codeOf(() => alice.setRemoteDescription({ type: 'answer', sdp }))).toBe('RTC_NATIVE');
    const { near, far } = await channelPair(alice, bob, 'as before');
    const [there, back] = [seenBy(far), seenBy(near)];
    burst(near, 100, 100);
    await near.close();
    expect((await near.closed()).unconfirmed.messages).toBe(0);
    await within(far.closed(), 'the close');
    expect([there, back]).toEqual([{ count: 100 }, { count: 0 }]);
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
    await Promise.all([alice.negotiate(altered(one, alter)), bob.negotiate(other)]);
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
  /** A connection of the raw binding that made a channel, and ours, which is given what `change` makes of the offer. */
  async function rawPair(change: (offer: string) => string = (offer) => offer) {
    const [one, other] = memorySignaling();
    const pc = scope.createPeerConnection('ours near raw');
    const incoming = incomingChannel(pc, 'first');
    const negotiating = pc.negotiate(altered(other, change));
    const raw = await rawConnection(scope, 'raw', one);
    await negotiating;
    return { pc, raw, ours: await incoming };
  }

  it.each([
    ['gets the messages of the application and nothing else', undefined],
    [
      'is not taken for one that does when it repeats what it has received',
      (offer: string) => offer.replace(/^(?=m=)/m, `a=x-scoped-rtc-receipts:1 ${'ab'.repeat(16)}\r\n`),
    ],
  ])('%s', async (_, change) => {
    const { raw, ours } = await rawPair(change);
    const came: Message[] = [];
    raw.first.onMessage((message) => came.push(message as Message));
    await ours.send('a word');
    await ours.close();
    await until(() => came.length > 0, 'the message');
    expect(came).toEqual(['a word']);
    expect(raw.pc.remoteDescription()?.sdp).toMatch(ANNOUNCEMENT);
  });

  it('may say in its words whatever it likes: nothing hangs, and no count gets wrong', async () => {
    const announced = (offer: string) => {
      const token = Buffer.from(tokenOf(offer), 'latin1').toString('hex');
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
        dropped: 0,
        isLast: true,
        finals: 1,
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
  const token = Buffer.from('00ff02030405060708090a0b0c0d0e0f', 'hex').toString('latin1');

  it('is read by whoever knows the token', () => {
    for (const isLast of [false, true]) {
      const receipt = { sent: 2 ** 40 + 1, received: 2 ** 48 - 1, dropped: 3, isLast, finals: 255 };
      expect(readReceipt(token, writeReceipt(token, receipt))).toEqual(receipt);
    }
  });

  it('is nothing else', () => {
    const receipt = writeReceipt(token, { sent: 1, received: 2, dropped: 0, isLast: true, finals: 0 });
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
function tokenOf(sdp: string): string {
  const [, hex = ''] = /^a=fingerprint:sha-256 (\S+)/m.exec(sdp) ?? [];
  return Buffer.from(hex.replaceAll(':', ''), 'hex').toString('latin1', 0, TOKEN_BYTES);
}
