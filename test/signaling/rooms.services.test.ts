import { once } from 'node:events';
import {
  type DataChannel,
  joinRoom,
  RtcRuntime,
  type RtcScope,
  type SignalingRoom,
  webSocketSignaling,
} from 'scoped-rtc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import {
  type SignalingServer,
  type SignalingServerOptions,
  startSignalingServer,
} from '../../src/signaling/server/index.js';
import { codeOf, nextEvent, until, within } from '../support/event.js';
import { rejectionOf } from '../support/rejection.js';
import { expectConversation } from './conversation.js';
import { Client } from './server/client.js';

const SOON = { first: 10, longest: 50 };
let server: SignalingServer;
let rtc: RtcScope;

async function serve(options: SignalingServerOptions = {}) {
  server = await startSignalingServer({ port: 0, host: '127.0.0.1', ...options });
}

beforeEach(async () => {
  await serve();
  rtc = RtcRuntime.acquire('rooms');
});

afterEach(async () => {
  await rtc.disposeAsync();
  await server.stop({ timeout: 500 });
  expect(RtcRuntime.shared.snapshot().natives).toMatchObject({ held: 0 });
});

function join(peer: string, more: object = {}): SignalingRoom {
  const { port } = server;
  return joinRoom(() => rtc.createWebSocket(`ws://127.0.0.1:${port}/`), {
    ...{ room: 'lobby', peer, reconnect: SOON, retransmit: SOON },
    ...more,
  });
}

/** The events of a room, in order. */
function events(room: SignalingRoom): unknown[] {
  const seen: unknown[] = [];
  room.on('joined', ({ peer, data }) => seen.push(['joined', peer, data]));
  room.on('left', ({ peer }, { code, reason }) => seen.push(['left', peer, code, reason]));
  room.on('close', (reason) => seen.push(['close', (reason as Error | undefined)?.message]));
  return seen;
}

describe('a room', () => {
  it('reports who is there, what they say of themselves, who comes and who leaves and why', async () => {
    const atServer: unknown[] = [];
    server.on('joined', ({ room, peer, data }) => atServer.push(['joined', room, peer, data]));
    server.on('left', ({ peer }, { code }) => atServer.push(['left', peer, code]));
    await using alice = join('alice', { data: { color: 'red', list: [1, null] } });
    const seen = events(alice);
    await alice.ready();
    expect([alice.state, alice.members.size, alice.progress.state]).toEqual(['joined', 0, 'alone']);
    const bob = join('bob');
    const atBob = events(bob);
    await bob.ready();
    expect([...bob.members.values()].map(({ peer, data }) => ({ peer, data }))).toEqual([
      { peer: 'alice', data: { color: 'red', list: [1, null] } },
    ]);
    expect(atBob).toEqual([['joined', 'alice', { color: 'red', list: [1, null] }]]);
    await until(() => alice.members.has('bob'), 'bob');
    await bob.close();
    await until(() => alice.members.size === 0, 'bob leaving');
    using raw = await Client.join(server.port, 'lobby', 'old');
    await until(() => alice.members.has('old'), 'the client of version 1');
    raw.socket.terminate();
    await until(() => alice.members.size === 0, 'its loss');
    using removed = await Client.join(server.port, 'lobby', 'rude');
    await until(() => alice.members.has('rude'), 'another one');
    expect(server.members('lobby').map(({ peer }) => peer)).toEqual(['alice', 'rude']);
    expect(server.remove('lobby', 'rude', 'be\u202Eware\nof the dog')).toBe(true);
    expect(await removed.end()).toEqual({ code: 4010, reason: 'be ware of the dog' });
    expect(server.remove('lobby', 'nobody')).toBe(false);
    await until(() => alice.members.size === 0, 'its removal');
    expect(seen).toEqual([
      ['joined', 'bob', undefined],
      ['left', 'bob', 1000, 'it left'],
      ['joined', 'old', undefined],
      ['left', 'old', 1006, 'its connection was lost'],
      ['joined', 'rude', undefined],
      ['left', 'rude', 4010, 'be ware of the dog'],
    ]);
    expect(atBob.at(-1)).toEqual(['close', undefined]);
    expect(atServer).toEqual([
      ['joined', 'lobby', 'alice', { color: 'red', list: [1, null] }],
      ['joined', 'lobby', 'bob', undefined],
      ['left', 'bob', 1000],
      ['joined', 'lobby', 'old', undefined],
      ['left', 'old', 1006],
      ['joined', 'lobby', 'rude', undefined],
      ['left', 'rude', 4010],
    ]);
  });

  it('holds many peers over one socket: each connects with each', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const rooms = names.map((name) => join(name));
    await Promise.all(rooms.map((room) => room.ready()));
    await until(() => rooms.every((room) => room.members.size === names.length - 1), 'everybody');
    expect(server.connections).toBe(names.length);
    await Promise.all(
      names.flatMap((name, at) =>
        names.slice(at + 1).map(async (other, ahead) => {
          const config = { bindAddress: '127.0.0.1' };
          const near = rtc.createPeerConnection(`${name}-${other}`, config);
          const far = rtc.createPeerConnection(`${other}-${name}`, config);
          const channel = near.createDataChannel('chat');
          const arrived = nextEvent<[DataChannel]>(far, 'dataChannel');
          const [left, right] = [rooms[at], rooms[at + 1 + ahead]] as [SignalingRoom, SignalingRoom];
          expect(left.connect(other)).toBe(left.connect(other));
          await Promise.all([near.negotiate(left.connect(other)), far.negotiate(right.connect(name))]);
          await expectConversation(channel, (await arrived)[0]);
        }),
      ),
    );
    await Promise.all(rooms.map((room) => room.close()));
  });

  it('keeps members and signalings through the loss of sockets and of the server', async () => {
    const [alice, bob] = [join('alice'), join('bob')];
    await Promise.all([alice.ready(), bob.ready()]);
    const [near, far] = [alice.connect('bob'), bob.connect('alice')];
    const received: unknown[] = [];
    far.channel.subscribe((message) => void received.push(message));
    await near.channel.send('before');
    const { port } = server;
    await server.stop({ timeout: 1000 });
    const sent = near.channel.send('while it was away');
    await until(() => alice.state === 'lost' && bob.state === 'lost', 'the loss');
    expect(near.progress.state).toBe('unreachable');
    await serve({ port });
    await sent;
    expect(received).toEqual(['before', 'while it was away']);
    expect([alice.connect('bob') === near, [...alice.members.keys()]]).toEqual([true, ['bob']]);
    await Promise.all([alice.close(), bob.close()]);
  });

  it('ends a signaling whose peer has joined as another one, and says so before "joined"', async () => {
    await using alice = join('alice');
    const seen = events(alice);
    const first = new Client(server.port);
    await first.ask({ join: { v: 2, id: 'one', room: 'lobby', peer: 'bob' } });
    await until(() => alice.members.has('bob'), 'bob');
    const signaling = alice.connect('bob');
    let another: unknown;
    alice.on('joined', () => {
      another = alice.connect('bob');
    });
    using second = new Client(server.port);
    await second.ask({ join: { v: 2, id: 'two', room: 'lobby', peer: 'bob' } });
    expect(await signaling.channel.closed()).toMatchObject({ reason: { code: 'RTC_CLOSED' } });
    expect(another).not.toBe(signaling);
    expect(await first.end()).toMatchObject({ code: 4003 });
    // The same one, on another socket: nobody has come or gone.
    using third = new Client(server.port);
    await third.ask({ join: { v: 2, id: 'two', room: 'lobby', peer: 'bob' } });
    await second.end();
    expect(alice.connect('bob')).toBe(another);
    expect(seen).toEqual([
      ['joined', 'bob', undefined],
      ['left', 'bob', 4003, 'another connection has joined by the same name'],
      ['joined', 'bob', undefined],
    ]);
  });
});

describe('a server that decides who may join', () => {
  it('refuses with a reason that reaches the client, and it does not come back', async () => {
    await server.stop();
    const asked: unknown[] = [];
    await serve({
      accept: (request, { remoteAddress }) => {
        asked.push([request.peer, request.data, remoteAddress]);
        return request.peer === 'alice' || 'the game has begun';
      },
    });
    const alice = join('alice', { data: 7 });
    await alice.ready();
    const bob = join('bob');
    const error = (await rejectionOf(bob.ready())) as Error;
    expect(error.message).toContain('the game has begun');
    expect(error).toMatchObject({ code: 'RTC_CLOSED' });
    expect(bob.state).toBe('closed');
    expect(bob.progress).toMatchObject({ state: 'refused' });
    expect(await codeOf(() => bob.connect('alice'))).toBe('RTC_CLOSED');
    const pc = rtc.createPeerConnection('bob');
    pc.createDataChannel('chat');
    const late = webSocketSignaling(() => rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`), {
      ...{ room: 'lobby', peer: 'carol' },
    });
    const refused = (await rejectionOf(pc.negotiate(late))) as Error;
    expect(JSON.stringify([refused.message, String(refused.cause)])).toContain('the game has begun');
    expect(asked).toEqual([
      ['alice', 7, '127.0.0.1'],
      ['bob', undefined, '127.0.0.1'],
      ['carol', undefined, '127.0.0.1'],
    ]);
    await alice.close();
  });

  it('and cannot: the client comes back by itself', async () => {
    await server.stop();
    let attempts = 0;
    await serve({
      accept: () => {
        if (++attempts < 3) throw new Error('the database is away');
        return true;
      },
    });
    await using alice = join('alice');
    await alice.ready();
    expect(attempts).toBe(3);
  });
});

it('a server of version 1 is understood: names without data', async () => {
  const former = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(former, 'listening');
  former.on('connection', (socket) => {
    socket.on('message', () => {
      socket.send(
        JSON.stringify({ joined: { room: 'lobby', peer: 'alice', peers: ['bob', 5, '__proto__'] } }),
      );
      socket.send(JSON.stringify({ peer: 'carol', present: true }));
      socket.send(JSON.stringify({ peer: 'bob', present: false }));
      socket.send(JSON.stringify({ bye: { code: 'constructor', reason: 7 } }));
      socket.send('['.repeat(100_000));
    });
  });
  const { port } = former.address() as { port: number };
  const alice = joinRoom(() => rtc.createWebSocket(`ws://127.0.0.1:${port}/`), {
    room: 'lobby',
    peer: 'alice',
  });
  const seen = events(alice);
  await until(() => seen.length === 4, 'four events');
  expect(seen).toEqual([
    ['joined', 'bob', undefined],
    ['joined', '__proto__', undefined],
    ['joined', 'carol', undefined],
    ['left', 'bob', 1006, 'its connection was lost'],
  ]);
  await within(alice.close(), 'the close');
  for (const socket of former.clients) socket.terminate();
  former.close();
});

it('a client that speaks a version which the server does not know is refused with that reason', async () => {
  using future = new Client(server.port);
  await future.ask({ join: { v: 3, room: 'lobby', peer: 'future' } });
  expect(await future.end()).toMatchObject({ code: 4006 });
});
