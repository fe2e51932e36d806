import { type Message, RtcRuntime } from 'scoped-rtc';
import { afterEach, describe, expect, it } from 'vitest';
import { burst, busy, type Seen, seenBy } from '../messages/numbered.js';
import { connectedPair, incomingChannel } from '../support/connected-pair.js';
import { nextEvent, until, within } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';

afterEach(async () => {
  await nothingLeft();
});

const bursts = [
  [3000, 100],
  [10, 100_000],
  [700, 60_000],
] as const;

/** Instead of ten seconds: a starved machine needs longer for 42 MB. */
const PATIENT = { timeout: 50_000 };

describe('what was sent without waiting', () => {
  for (const [count, size] of bursts) {
    for (const from of ['offerer', 'answerer'] as const) {
      it(`${count} x ${size} B from the ${from}, arrives when the connection is closed at once`, async () => {
        await RtcRuntime.acquire('lossless', PATIENT).run(async (scope) => {
          const { near, far, alice, bob } = await connectedPair(scope);
          const [sender, receiver, connection] = from === 'offerer' ? [near, far, alice] : [far, near, bob];
          const seen = seenBy(receiver);
          burst(sender, count, size);
          await connection.close(PATIENT);
          expect((await sender.closed()).undelivered).toBe(0);
          await receiver.closed();
          expect(seen).toEqual({ count, outOfOrder: undefined });
        });
      });
    }

    it(`${count} x ${size} B arrives when the scope of both sides is left at once`, async () => {
      let seen: Seen = { count: 0 };
      await RtcRuntime.acquire('lossless', PATIENT).run(async (scope) => {
        const { near, far } = await connectedPair(scope);
        seen = seenBy(far);
        burst(near, count, size);
      });
      expect(seen).toEqual({ count, outOfOrder: undefined });
    });

    it(`${count} x ${size} B on an incoming channel that is closed before its connection arrives`, async () => {
      await RtcRuntime.acquire('lossless', PATIENT).run(async (scope) => {
        const { near, far, bob } = await connectedPair(scope);
        const seen = seenBy(near);
        burst(far, count, size);
        await far.close(PATIENT);
        await bob.close(PATIENT);
        await near.closed();
        expect(seen).toEqual({ count, outOfOrder: undefined });
      });
    });
  }
});

describe('what the peer sent before it closed', () => {
  const count = 3000;
  const expected = Array.from({ length: count }, (_, n) => `${n}`);

  for (const order of [
    ['message', 'close'],
    ['close', 'message'],
  ] as const) {
    it(`is handed over before close, with listeners for ${order.join(' then ')}, past a busy event loop`, async () => {
      await RtcRuntime.acquire('received').run(async (scope) => {
        const { near, far } = await connectedPair(scope);
        const events: string[] = [];
        for (const event of order) {
          if (event === 'message') far.on('message', (message) => events.push(message as string));
          else far.on('close', () => events.push('close'));
        }
        for (const message of expected) void near.send(message);
        void near.close();
        busy(300);
        await within(far.closed(), 'the close');
        expect(events).toEqual([...expected, 'close']);
      });
    });
  }

  it('waits for an iterator that comes after the close', async () => {
    await RtcRuntime.acquire('received').run(async (scope) => {
      const { near, far } = await connectedPair(scope);
      for (const message of expected) void near.send(message);
      void near.close();
      busy(300);
      await within(far.closed(), 'the close');
      const messages: Message[] = [];
      for await (const message of far) messages.push(message);
      expect(messages).toEqual(expected);
    });
  });

  it('on a channel that was not announced yet waits for it', async () => {
    await RtcRuntime.acquire('received').run(async (scope) => {
      const { alice, bob } = await connectedPair(scope);
      const channel = alice.createDataChannel('late');
      await channel.opened();
      await until(
        () => [...RtcRuntime.shared.inspect().matchAll(/late {2}DataChannel/g)].length === 2,
        'both',
      );
      // Not before: the library may hand over messages that come just while its callback is set in another order.
      for (const message of expected) void channel.send(message);
      void channel.close();
      busy(300);
      const far = await incomingChannel(bob, 'late');
      await within(far.closed(), 'the close');
      const messages: Message[] = [];
      for await (const message of far) messages.push(message);
      expect(messages).toEqual(expected);
    });
  });

  it('is handed over before the close of a WebSocket as well, past a busy event loop', async () => {
    await RtcRuntime.acquire('received').run(async (scope) => {
      const server = scope.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      server.on('connection', async (socket) => {
        await socket.opened(); // what is sent before is not sent at all when the socket closes
        for (const message of expected) void socket.send(message);
        await socket.close();
      });
      const socket = scope.createWebSocket(`ws://127.0.0.1:${server.port}`);
      const events: string[] = [];
      socket.on('close', () => events.push('close'));
      socket.on('message', (message) => events.push(message as string));
      await nextEvent(server, 'connection');
      busy(300);
      await within(socket.closed(), 'the close');
      expect(events).toEqual([...expected, 'close']);
    });
  });
});
