import { type DataChannel, memorySignaling, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endOf, linkedChannel, linkedPair } from '../network/linked-pair.js';
import { channelPair, connectedPair, incomingChannel } from '../support/connected-pair.js';
import { until, within } from '../support/event.js';
import { burst, seenBy } from './numbered.js';
import { nothingLeft } from '../support/nothing-left.js';

const NOTHING = { undelivered: 0, unread: 0, unconfirmed: { messages: 0, bytes: 0 } };

let scope: RtcScope;

beforeEach(() => {
  scope = RtcRuntime.acquire('handshake');
});
afterEach(async () => {
  await scope.disposeAsync();
  await nothingLeft();
});

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

  /** The creator closes, and the other end before it is notified: all that the two send about it crosses. */
  async function crossing(end: (far: DataChannel) => unknown) {
    const pair = await linkedPair({ delay: 5, jitter: 0, loss: 0, seed: 1 });
    try {
      const { near, far } = await linkedChannel(pair, 'crossing');
      await until(() => far.state === 'open' && near.state === 'open', 'opening');
      const seen = seenBy(far);
      void far.send('accepted');
      await new Promise((resolve) => near.once('message', resolve));
      pair.link.hold();
      burst(near, 20, 100);
      const closing = near.close();
      await until(() => pair.link.held > 0, 'what the first end says');
      const ending = end(far);
      pair.link.release();
      await Promise.all([ending, closing]);
      return { came: seen.count, missing: 20 - seen.count, ...(await near.closed()).unconfirmed };
    } finally {
      await endOf(pair);
    }
  }

  it('lose nothing where one closes before it is notified of the other', async () => {
    expect(await crossing((far) => far.close())).toEqual({
      came: 20,
      missing: 0,
      messages: 0,
      bytes: 0,
    });
  });

  it('lose nothing where one closes a channel that has not opened at its end', async () => {
    const pair = await linkedPair({ delay: 20, jitter: 0, loss: 0, seed: 1 });
    try {
      const incoming = incomingChannel(pair.bob, 'hasty');
      const near = pair.alice.createDataChannel('hasty');
      const seen = seenBy(near);
      const far = await incoming;
      burst(far, 20, 100);
      expect(near.state).toBe('opening');
      await near.close();
      expect(await far.closed()).toMatchObject({ by: 'remote', ...NOTHING });
      expect(seen.count).toBe(20);
    } finally {
      await endOf(pair);
    }
  });

  it('know how much was lost where one is aborted before it is notified of the other', async () => {
    const { came, messages } = await crossing((far) => far.abort());
    expect({ came, messages }).toEqual({ came: 0, messages: 20 });
  });
});

describe('an end without a handshake', () => {
  it('leaves in doubt what came since the last receipt, and nothing before it', async () => {
    const { near, far } = await connectedPair(scope);
    const seen = seenBy(far);
    burst(near, 1000, 1000);
    await until(() => seen.count === 1000, 'the messages');
    // Nothing shows when a receipt has come but what an end says. One is given once 64 messages or 64 kB have come since
    // the last: a receipt in the middle of the burst may leave the rest of it without one.
    const native = near as unknown as { sent: { arrived: number } };
    await until(() => native.sent.arrived > 1000 - 64, 'the receipt');
    burst(near, 10, 1000);
    const messages = 1010 - native.sent.arrived;
    near.abort();
    // An abort takes what is queued with it, which gives the peer a moment to say that it has some of them, or all.
    const { unconfirmed } = await near.closed();
    expect(unconfirmed.messages).toBeLessThanOrEqual(messages);
    expect(unconfirmed.bytes).toBe(unconfirmed.messages * 1000);
    expect(unconfirmed.messages).toBeGreaterThanOrEqual(1010 - native.sent.arrived);
    await until(() => seen.count === 1010 || far.state === 'closed', 'the rest, or the end');
    expect(unconfirmed.messages).toBeGreaterThanOrEqual(1010 - seen.count);
  });

  it('does not acknowledge what the receive buffer had no room for', async () => {
    const { alice, bob } = await connectedPair(scope);
    const { near, far } = await channelPair(alice, bob, 'narrow', { receiveBuffer: { messages: 10 } });
    burst(far, 100, 100);
    expect(await within(near.closed(), 'the close')).toMatchObject({ by: 'error' });
    expect((await within(far.closed(), 'the close')).unconfirmed.messages).toBe(90);
  });
});

describe('a receive buffer without room', () => {
  it('does not hold up the end of both, and what it dropped is reported', async () => {
    const { alice, bob } = await connectedPair(scope);
    const { near, far } = await channelPair(alice, bob, 'narrow', { receiveBuffer: { messages: 10 } });
    burst(far, 100, 100);
    far.on('message', () => {});
    void near.send('there is something to be agreed on');
    await Promise.all([near.close(), far.close()]);
    expect(await near.closed()).toMatchObject({ by: 'local', undelivered: 0, unread: 100 });
    expect(await far.closed()).toMatchObject({
      by: 'local',
      undelivered: 90,
      unconfirmed: { messages: 90, bytes: 9000 },
    });
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
        await within(Promise.all([closing, ends.near.closed(), ends.far.closed()]), 'the close', 9000);
      }
    }
  });
});

describe('peers that take no message as long as a receipt', () => {
  it.each([
    ['both', { maxMessageSize: 36 }, { maxMessageSize: 36 }],
    ['one', { maxMessageSize: 36 }, {}],
    ['the other', {}, { maxMessageSize: 36 }],
  ])('close as unannounced peers do: %s', async (_, here, there) => {
    for (const closes of ['near', 'far'] as const) {
      const alice = scope.createPeerConnection('alice', here);
      const bob = scope.createPeerConnection('bob', there);
      const incoming = incomingChannel(bob, 'narrow');
      const near = alice.createDataChannel('narrow');
      const [one, other] = memorySignaling();
      await Promise.all([alice.negotiate(one), bob.negotiate(other), near.opened()]);
      const ends = { near, far: await incoming };
      const [came, back] = [seenBy(ends.far), seenBy(near)];
      burst(near, 20, 8);
      burst(ends.far, 20, 8);
      await until(() => came.count === 20 && back.count === 20, 'the messages');
      await ends[closes].close();
      await within(Promise.all([near.closed(), ends.far.closed()]), 'the close', 9000);
      expect([came, back]).toEqual([{ count: 20 }, { count: 20 }]);
    }
  });
});
