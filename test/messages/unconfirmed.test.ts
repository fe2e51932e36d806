import { RtcRuntime, type TeardownStep } from 'scoped-rtc';
import { afterEach, describe, expect, it } from 'vitest';
import { DeliveryLedger } from '../../src/resources/channel/delivery-ledger.js';
import { connectedPair } from '../support/connected-pair.js';
import { within } from '../support/event.js';
import { unannouncedPair } from '../support/unannounced-peers.js';
import { burst, busy, note, type Seen, seenBy } from './numbered.js';

const MIB = 1024 * 1024;

afterEach(() => {
  expect(RtcRuntime.shared.snapshot().natives).toMatchObject({ held: 0, retained: 0 });
});

describe('what an end reports about messages that nobody confirmed', () => {
  it.each([
    ['a peer', connectedPair],
    ['a peer without handshake', unannouncedPair],
  ] as const)('covers all that %s did not take before it aborted', async (_, pair) => {
    await RtcRuntime.acquire('unconfirmed').run(async (scope) => {
      const { near, far } = await pair(scope);
      const seen: Seen = { count: 0 };
      far.on('message', (message) => {
        note(seen, message);
        if (seen.count === 10) far.abort(new Error('enough'));
      });
      const count = 200;
      burst(near, count, 20_000);
      const { by, unconfirmed } = await within(near.closed(), 'the close');
      expect(by).toBe('remote');
      expect(seen.count).toBeLessThan(count);
      // A peer that shakes hands says how many it has taken.
      if (pair === connectedPair) expect(unconfirmed.messages).toBe(count - seen.count);
      expect(unconfirmed.messages).toBeGreaterThanOrEqual(count - seen.count);
      expect(unconfirmed.bytes).toBe(unconfirmed.messages * 20_000);
    });
  });

  it('covers all that is gone with a peer that ended the connection just before it was aborted here', async () => {
    await RtcRuntime.acquire('unconfirmed').run(async (scope) => {
      const { alice, bob, near, far } = await connectedPair(scope);
      const seen = seenBy(far);
      const count = 100; // 6 MB: more than SCTP takes at once
      burst(near, count, 60_000);
      bob.abort(new Error('enough'));
      busy(300); // the library notices, this event loop does not
      alice.abort(new Error('enough here, too'));
      const { unconfirmed } = await within(near.closed(), 'the close');
      expect(seen.count).toBeLessThan(count);
      expect(unconfirmed.messages).toBeGreaterThanOrEqual(count - seen.count);
    });
  });

  it('is that of all channels of a connection together, also of those that had closed before', async () => {
    await RtcRuntime.acquire('unconfirmed').run(async (scope) => {
      const { alice, bob, near, far } = await connectedPair(scope);
      const steps: TeardownStep[] = [];
      RtcRuntime.shared.on('teardown', (report) => steps.push(...report));
      burst(far, 3, 100); // nobody takes them
      const unread = async () => (await far.close(), await within(near.closed(), 'the close'));
      const first = await unread();
      expect(first).toMatchObject({ unread: 3 });
      const other = bob.createDataChannel('other');
      const taken = alice.nextDataChannel();
      await other.opened();
      burst(other, 50, 60_000);
      await taken;
      void bob.abort(new Error('enough'));
      const second = await other.closed();
      expect(second.unconfirmed.messages).toBeGreaterThan(0);
      const { undelivered, unconfirmed } = await bob.closed();
      expect({ undelivered, unconfirmed }).toEqual({
        undelivered: second.undelivered,
        unconfirmed: second.unconfirmed,
      });
      expect((await within(alice.closed(), 'the close')).unread).toBeGreaterThanOrEqual(3);
      // A sum over the steps counts nothing twice.
      expect(steps.find(({ path }) => path === bob.path)).toMatchObject({ undelivered: 0, unread: 0 });
    });
  });

  it('is nothing after a close of ours, at the channel and in the report', async () => {
    await RtcRuntime.acquire('unconfirmed').run(async (scope) => {
      const { near, far } = await connectedPair(scope);
      const seen = seenBy(far);
      const reports: unknown[] = [];
      RtcRuntime.shared.on('teardown', (report) => reports.push(...report));
      burst(near, 3000, 100);
      await near.close();
      const nothing = { undelivered: 0, unconfirmed: { messages: 0, bytes: 0 } };
      expect(await near.closed()).toMatchObject(nothing);
      expect(reports).toContainEqual(expect.objectContaining({ path: near.path, ...nothing }));
      await within(far.closed(), 'the close');
      expect(seen).toEqual({ count: 3000 });
    });
  });

  it('is nothing after a close of a channel of the peer either, where that shakes hands', async () => {
    await RtcRuntime.acquire('unconfirmed').run(async (scope) => {
      const { near, far } = await connectedPair(scope);
      const seen = seenBy(near);
      burst(far, 3000, 100);
      await far.close();
      expect(await far.closed()).toMatchObject({ by: 'local', undelivered: 0, unconfirmed: { messages: 0 } });
      expect(await within(near.closed(), 'the close')).toMatchObject({ by: 'remote' });
      expect(seen).toEqual({ count: 3000 });
    });
  });

  it('counts what was sent on a channel to an unannounced peer that is closed alone: its arrival is not waited for', async () => {
    await RtcRuntime.acquire('unconfirmed').run(async (scope) => {
      const { near, far } = await unannouncedPair(scope);
      const seen = seenBy(near);
      burst(far, 10, 100);
      await far.close();
      expect(await far.closed()).toMatchObject({
        undelivered: 0,
        unconfirmed: { messages: 10, bytes: 1000 },
      });
      await within(near.closed(), 'the close');
      expect(seen).toEqual({ count: 10 });
    });
  });
});

describe('the ledger of what was sent', () => {
  const filled = () => {
    const ledger = new DeliveryLedger();
    for (let n = 0; n < 64; n++) ledger.accepted(64 * 1024);
    return ledger;
  };

  it('doubts what lies within the last bytes, to 64 kB', () => {
    const ledger = filled();
    ledger.doubt(MIB, 0);
    expect(ledger.unconfirmed).toEqual({ messages: 16, bytes: MIB });
    expect(ledger.undelivered).toBe(0);
    ledger.abandon(MIB + 1, 0);
    expect(ledger.unconfirmed).toEqual({ messages: 17, bytes: MIB + 64 * 1024 });
    expect(ledger.undelivered).toBe(17);
    ledger.confirm();
    expect([ledger.unconfirmed.messages, ledger.undelivered]).toEqual([0, 0]);
  });

  it('doubts everything of the last minute when the peer has closed, and nothing older', () => {
    const ledger = filled();
    expect(ledger.hasNews).toBe(true);
    ledger.onItsWay(MIB, 0);
    ledger.onItsWay(0, 5000);
    expect(ledger.hasNews).toBe(false);
    ledger.accepted(10);
    ledger.endedByPeer(10, 59_999);
    expect(ledger.unconfirmed.messages).toBe(65);
    ledger.endedByPeer(10, 60_000);
    expect(ledger.unconfirmed.messages).toBe(17);
    ledger.endedByPeer(10, 65_000);
    expect(ledger.unconfirmed).toEqual({ messages: 1, bytes: 10 });
    expect(ledger.undelivered).toBe(1);
  });

  it('keeps a mark a second, and no more than a minute of them', () => {
    const ledger = filled();
    for (let ms = 0; ms < 200_000; ms += 100) {
      ledger.accepted(1);
      ledger.onItsWay(0, ms);
    }
    ledger.endedByPeer(0, 200_000);
    expect(ledger.unconfirmed.messages).toBeGreaterThanOrEqual(590);
    expect(ledger.unconfirmed.messages).toBeLessThanOrEqual(611);
  });
});
