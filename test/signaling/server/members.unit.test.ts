import { once } from 'node:events';
import { joinRoom, webSocketSignaling } from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { makeCertificate } from '../../support/certificate.js';
import { until } from '../../support/event.js';
import { rejectionOf } from '../../support/rejection.js';
import { Client } from './client.js';
import { start, use } from './started.js';

describe('a room', () => {
  it('goes on over a second socket that is attached while the first one lives', async () => {
    const server = await start();
    const socket = () => new WebSocket(`ws://127.0.0.1:${server.port}/`);
    const enter = (peer: string, to: string) => {
      const signaling = webSocketSignaling(socket(), { room: 'a', peer, to });
      use({ [Symbol.asyncDispose]: () => signaling.close({ timeout: 0 }) });
      return signaling;
    };
    const [alice, bob] = [enter('alice', 'bob'), enter('bob', 'alice')];
    const received: unknown[] = [];
    bob.channel.subscribe((message) => void received.push(message));
    await alice.channel.send('over the first');
    alice.attach(socket());
    await Promise.all([1, 2, 3].map((message) => alice.channel.send(message)));
    expect(received).toEqual(['over the first', 1, 2, 3]);
    expect(server.members('a')).toHaveLength(2);
  });

  it('sends nothing to the new member when it ends the signaling with the former one', async () => {
    const server = await start();
    const alice = joinRoom(() => new WebSocket(`ws://127.0.0.1:${server.port}/`), {
      room: 'a',
      peer: 'alice',
    });
    use({ [Symbol.asyncDispose]: () => alice.close({ timeout: 0 }) });
    const first = use(new Client(server.port));
    await first.ask({ join: { v: 2, id: 'one', room: 'a', peer: 'bob' } });
    await until(() => alice.members.has('bob'), 'the first');
    const former = alice.connect('bob');
    await until(() => first.received.length > 0, 'the greeting');
    const second = use(new Client(server.port));
    await second.ask({ join: { v: 2, id: 'two', room: 'a', peer: 'bob' } });
    await former.channel.closed();
    alice.connect('bob');
    await until(() => second.received.length > 0, 'the greeting of the new signaling');
    expect(second.received).toEqual([['alice', expect.not.objectContaining({ end: true })]]);
  });
});

it('what was not delivered when the server refuses a member rejects with RTC_UNDELIVERED', async () => {
  const server = await start({ accept: () => 'the game has begun' });
  const room = joinRoom(() => new WebSocket(`ws://127.0.0.1:${server.port}/`), { room: 'a', peer: 'alice' });
  const { channel } = room.connect('bob');
  const sent = rejectionOf(channel.send('hello'));
  expect(await sent).toMatchObject({ code: 'RTC_UNDELIVERED', cause: { code: 'RTC_CLOSED' } });
  expect(await channel.closed()).toMatchObject({ by: 'error', undelivered: 1 });
});

describe('a server', () => {
  it('says over TLS, too, why it closes, to who does not answer', async () => {
    const { certificate, key } = await makeCertificate();
    const server = await start({ certificate, key });
    const sockets = [1, 2, 3, 4, 5].map(() => {
      const socket = new WebSocket(`wss://127.0.0.1:${server.port}/`, { ca: certificate });
      use({ [Symbol.dispose]: () => socket.terminate() });
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    const codes = Promise.all(
      sockets.map((socket) => once(socket, 'close').then(([code]) => code as number)),
    );
    await server.stop({ timeout: 0 });
    expect(await codes).toEqual([1001, 1001, 1001, 1001, 1001]);
  });

  it.each(['token', 'accept'] as const)(
    'lets a client come back when `%s` throws, and reports that',
    async (what) => {
      const problem = new Error('the database is gone');
      const server = await start({ [what]: () => Promise.reject(problem) });
      const problems: unknown[] = [];
      server.on('error', (error) => problems.push(error));
      const client = use(new Client(server.port));
      await client.ask({ join: { room: 'a', peer: 'alice', token: 'x' } });
      expect(await client.end()).toMatchObject({ code: 4012 });
      expect(problems).toEqual([problem]);
    },
  );

  it('reports the one that is replaced as gone before the one that replaces it', async () => {
    let admit = () => {};
    const decided = new Promise<boolean>((resolve) => {
      admit = () => resolve(true);
    });
    let asked = 0;
    const accept = () => {
      asked++;
      return decided;
    };
    const server = await start({ accept });
    const events: unknown[] = [];
    server.on('joined', ({ id }) => events.push(['joined', id]));
    server.on('left', ({ id }) => events.push(['left', id]));
    for (const id of ['one', 'two']) {
      await use(new Client(server.port)).ask({ join: { v: 2, id, room: 'a', peer: 'bob' } });
    }
    await until(() => asked === 2, 'both');
    admit();
    await until(() => events.length === 3, 'three events');
    const [first, second] = events as [[string, string], unknown];
    expect([first[0], second, server.members('a').length]).toEqual(['joined', ['left', first[1]], 1]);
  });
});
