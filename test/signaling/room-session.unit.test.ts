import { ManualClock } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';
import { Backoff } from '../../src/signaling/wire/backoff.js';
import type { MessageTransport } from '../../src/signaling/wire/message-transport.js';
import { RoomSession } from '../../src/signaling/wire/room-session.js';

it('a member that is cut off soon after each join waits longer each time, until it has stayed', () => {
  const clock = new ManualClock();
  const waits: number[] = [];
  let next = () => {};
  let socket = { onMessage: (_text: unknown) => {}, onClosed: () => {} };
  const transport: MessageTransport = {
    send: () => {},
    subscribe(onMessage, onClosed) {
      socket = { onMessage, onClosed };
      return { [Symbol.dispose]: () => {} };
    },
  };
  const session = new RoomSession(
    { room: 'room', peer: 'alice' },
    {
      ...{ clock, backoff: new Backoff({ first: 100, longest: 10_000 }), connect: () => transport },
      beforeNextSocket(ms, connect) {
        waits.push(ms);
        next = connect;
        return () => {};
      },
      ...{ entered: () => {}, joined: () => {}, left: () => {}, ended: () => {} },
    },
  );
  session.connect();
  const stay = (ms: number) => {
    socket.onMessage(JSON.stringify({ joined: { v: 2, room: 'room', peer: 'alice', members: [] } }));
    clock.advance(ms);
    socket.onMessage(JSON.stringify({ bye: { code: 4029, reason: 'it sent too many messages' } }));
    socket.onClosed();
    next();
  };
  for (const ms of [0, 0, 1000, 5000]) stay(ms);
  // Each is between a half and the whole of 100, 200, 400, and 100 again.
  const [first, second, third, afterStay] = waits.map((ms) => Math.ceil(Math.log2(ms / 100)));
  expect([first, second, third, afterStay].map((power) => Math.max(0, power ?? 0))).toEqual([0, 1, 2, 0]);
});
