import { type DataChannel, memorySignaling } from 'scoped-rtc';
import { withTestScope } from 'scoped-rtc/testing';
import { describe, expect, it } from 'vitest';
import { channelPair, connectedPair, incomingChannel, wiredPair } from '../support/connected-pair.js';
import { until, within } from '../support/event.js';
import { unannouncedPair } from '../support/unannounced-peers.js';
import { burst, busy, seenBy } from './numbered.js';
import { rawConnection } from './raw-connection.js';

const NOTHING = { undelivered: 0, unread: 0, unconfirmed: { messages: 0, bytes: 0 } };

describe('an end that closes before anything has come', () => {
  it('takes in what the other had sent by then, whichever made the channel', async () => {
    await withTestScope(async (scope) => {
      const { alice, bob } = await connectedPair(scope);
      for (let round = 0; round < 10; round++) {
        const { near, far } = await channelPair(alice, bob, `round-${round}`);
        const [from, to] = round % 2 === 0 ? [near, far] : [far, near];
        const seen = seenBy(to);
        burst(from, 400, 100);
        await Promise.all([from.close(), to.close()]);
        expect(seen).toEqual({ count: 400 });
        for (const end of [from, to]) expect(await end.closed()).toMatchObject({ by: 'local', ...NOTHING });
      }
    });
  });

  it('closes hundreds of unused channels in one go', async () => {
    await withTestScope(async (scope) => {
      const { alice, bob } = await connectedPair(scope);
      const far: DataChannel[] = [];
      bob.on('dataChannel', (channel) => far.push(channel));
      const near = Array.from({ length: 400 }, (_, n) => alice.createDataChannel(`idle-${n}`));
      await Promise.all(near.map((channel) => channel.opened()));
      await until(() => far.length === near.length, 'the channels');
      await within(Promise.all(near.map((channel) => channel.close())), 'the end', 9000); // one after the other it would take over 10 s
      for (const channel of far) expect((await within(channel.closed(), 'the close')).by).toBe('remote');
    });
  });
});

describe('a channel opened behind one that was closed', () => {
  it('always opens, and does not have the id of the one before', async () => {
    await withTestScope(async (scope) => {
      const { alice, bob } = await connectedPair(scope);
      let before: number | undefined;
      for (let round = 0; round < 600; round++) {
        const incoming = incomingChannel(bob, `round-${round}`);
        const near = alice.createDataChannel(`round-${round}`);
        await near.opened({ timeout: 20_000 });
        expect(near.id).not.toBe(before);
        before = near.id;
        const far = await incoming;
        burst(near, 5, 200);
        await far.close();
        await within(near.closed(), 'the close');
      }
    });
  });

  it('does so with a peer that does not give receipts', async () => {
    await withTestScope(async (scope) => {
      const { alice, bob } = await unannouncedPair(scope);
      bob.on('dataChannel', (channel) => channel.on('message', (message) => void channel.send(message)));
      for (let round = 0; round < 100; round++) {
        const near = alice.createDataChannel(`round-${round}`);
        const answered = new Promise((resolve) => near.once('message', resolve));
        await near.opened({ timeout: 20_000 });
        await near.send('a question');
        await within(answered, 'the answer');
        await near.close();
        expect(await near.closed()).toMatchObject(NOTHING);
      }
    });
  });
});

describe('what was sent before the channel was open', () => {
  it('is reported, message by message, where the peer closes the channel as it opens', async () => {
    await withTestScope(async (scope) => {
      const { alice, bob } = await connectedPair(scope);
      let got = 0;
      bob.on('dataChannel', (far) => {
        far.on('message', () => got++);
        far.abort(new Error('not wanted'));
      });
      for (let round = 0; round < 60; round++) {
        got = 0;
        const near = alice.createDataChannel(`round-${round}`);
        for (let n = 0; n < 10; n++) near.trySend(`message ${n}`);
        busy((round % 4) * 3); // the moment at which the loop comes back differs
        const { undelivered, unconfirmed } = await within(near.closed(), 'the close');
        expect(got + undelivered + unconfirmed.messages).toBeGreaterThanOrEqual(10);
      }
    });
  });

  it('counts a message that is too large as not delivered', async () => {
    await withTestScope(async (scope) => {
      const { alice } = wiredPair(scope);
      const near = alice.createDataChannel('large');
      expect(near.trySend(Buffer.alloc(1024 * 1024))).toBe(true);
      await near.opened();
      await near.close();
      expect(await near.closed()).toMatchObject({ undelivered: 1 });
    });
  });
});

describe('a channel that its peer closes before it was open here', () => {
  it('closes, and reports the loss', async () => {
    await withTestScope(async (scope) => {
      const { alice, bob } = await connectedPair(scope);
      // The peer's library refuses a channel whose id is in use there, as it would one of the wrong parity.
      bob.createDataChannel('in the way', { negotiated: true, id: 40 });
      const near = alice.createDataChannel('refused', { id: 40 });
      const opened = expect(near.opened()).rejects.toMatchObject({ code: 'RTC_CLOSING' });
      expect(await within(near.closed(), 'the close')).toMatchObject({ by: 'remote' });
      await opened;
    });
  });
});

describe('trySend while the state is open', () => {
  it('does not throw when the peer has just closed the channel', async () => {
    await withTestScope(async (scope) => {
      const alice = scope.createPeerConnection('alice');
      const [left, right] = memorySignaling();
      const incoming = alice.nextDataChannel();
      const [{ first }] = await Promise.all([rawConnection(scope, 'raw', right), alice.negotiate(left)]);
      const near = await incoming;
      first.close();
      busy(50); // the library notices, this event loop does not
      expect(near.state).toBe('open');
      expect(near.trySend('tick')).toBe(false);
      expect(await within(near.closed(), 'the close')).toMatchObject({ by: 'remote', undelivered: 0 });
    });
  });
});

describe('the events of a channel', () => {
  it('are open, then messages in a later turn, then close, and nothing after', async () => {
    await withTestScope(async (scope) => {
      for (let round = 0; round < 10; round++) {
        const [left, right] = memorySignaling();
        const alice = scope.createPeerConnection(`alice-${round}`);
        const bob = scope.createPeerConnection(`bob-${round}`);
        const init = { negotiated: true, id: 0 };
        const far = bob.createDataChannel('events', init);
        const near = alice.createDataChannel('events', init);
        const events: string[] = [];
        let turn = 0;
        near.on('open', () => {
          events.push('open');
          setImmediate(() => turn++);
          near.on('message', () => events.push(turn === 0 ? 'message in the turn of open' : 'message'));
        });
        near.on('close', () => events.push('close'));
        far.on('open', () => {
          burst(far, 10, 100);
          busy(50); // both wait for this event loop then: that it is open, and the messages
        });
        await Promise.all([alice.negotiate(left), bob.negotiate(right), far.opened()]);
        await far.close();
        await within(near.closed(), 'the close');
        expect(events).toEqual(['open', ...Array<string>(10).fill('message'), 'close']);
      }
    });
  });
});

describe('listeners', () => {
  it('are removed one by one, also where one function is several of them', async () => {
    await withTestScope(async (scope) => {
      const { near, far } = await connectedPair(scope);
      let calls = 0;
      const listener = () => void calls++;
      far.on('message', listener);
      far.once('message', listener);
      const subscription = far.subscribe('message', listener);
      await near.send('one');
      await until(() => calls === 3, 'the first message');
      await near.send('two');
      await until(() => calls === 5, 'the second');
      subscription.unsubscribe();
      subscription.unsubscribe();
      await near.send('three');
      await near.close();
      await within(far.closed(), 'the close');
      expect(calls).toBe(6);
    });
  });
});
