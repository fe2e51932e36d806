import { request } from 'node:http';
import { joinRoom, webSocketSignaling } from 'scoped-rtc';
import { ManualClock } from 'scoped-rtc/testing';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type SignalingServer, startSignalingServer } from '../../../src/signaling/server/index.js';
import { until, within } from '../../support/event.js';
import { Client } from './client.js';
import { start, use } from './started.js';

const join = async (server: SignalingServer, room: string, peer: string) =>
  use(await Client.join(server.port, room, peer));

describe('rooms', () => {
  it('report who is there, who comes and who goes, and forward what is meant for one of them', async () => {
    const server = await start();
    const alice = await join(server, 'a', 'alice');
    const bob = await join(server, 'a', 'bob');
    const stranger = await join(server, 'b', 'bob');
    expect(alice.reported).toContainEqual({ joined: { room: 'a', peer: 'alice', peers: [] } });
    expect(bob.reported).toContainEqual({ joined: { room: 'a', peer: 'bob', peers: ['alice'] } });
    await until(
      () => alice.reported.some(({ peer, present }) => peer === 'bob' && present === true),
      'presence',
    );
    alice.say({ to: 'bob', data: { any: ['JSON', null] } });
    alice.say({ to: 'nobody', data: 'x' });
    await until(() => bob.received.length > 0, 'the message');
    expect(bob.received).toEqual([['alice', { any: ['JSON', null] }]]);
    expect([...server.rooms]).toEqual([
      ['a', ['alice', 'bob']],
      ['b', ['bob']],
    ]);
    bob.socket.close();
    await until(
      () => alice.reported.some(({ peer, present }) => peer === 'bob' && present === false),
      'absence',
    );
    expect(stranger.reported).toHaveLength(1);
  });

  it.each([
    ['has left before', 'left', 'closed'],
    ['leaves meanwhile', 'joined', 'closed'],
    ['has lost its connection, and may come back', 'lost', 'closing'],
    ['was lost too long ago', 'lost for long', 'closed'],
  ])('are left without waiting for who acknowledges nothing and %s', async (_, bobHas, expected) => {
    const server = await start();
    const clock = new ManualClock(); // stands still: no wait is over by itself
    const alice = joinRoom(new WebSocket(`ws://127.0.0.1:${server.port}/`), {
      room: 'a',
      peer: 'alice',
      clock,
    });
    use({ [Symbol.asyncDispose]: () => alice.closed().then(() => {}) });
    const bob = await join(server, 'a', 'bob');
    await until(() => alice.members.has('bob'), 'the join');
    const signaling = alice.connect('bob');
    const sent = signaling.channel.send('never acknowledged').then(
      () => 'acknowledged',
      (error: { code: string }) => error.code,
    );
    await until(() => bob.received.length > 0, 'the message');
    if (bobHas === 'left') bob.socket.close();
    if (bobHas.startsWith('lost')) bob.socket.terminate();
    if (bobHas !== 'joined') await until(() => !alice.members.has('bob'), 'the absence');
    if (bobHas === 'lost for long') clock.advance(10_000);
    const closing = alice.close();
    if (bobHas === 'joined') bob.socket.close();
    await until(() => !alice.members.has('bob'), 'the absence');
    expect(signaling.channel.state).toBe(expected);
    clock.advance(10_000);
    await within(closing, 'leaving', 5_000);
    expect(await sent).toBe('RTC_UNDELIVERED');
  });

  it('are left at once by a negotiation that nobody has joined; other messages wait for the peer to come', async () => {
    const server = await start();
    const clock = new ManualClock(); // stands still: no wait is over by itself
    const enter = () =>
      joinRoom(new WebSocket(`ws://127.0.0.1:${server.port}/`), { room: 'a', peer: 'alice', clock });
    const negotiating = enter();
    await within(negotiating.ready(), 'joining');
    const offered = negotiating.connect('bob').send({ description: { type: 'offer', sdp: 'v=0' } });
    await within(negotiating.close(), 'leaving');
    await expect(offered).rejects.toMatchObject({ code: 'RTC_UNDELIVERED' });

    const bob = await join(server, 'a', 'bob');
    const answered = enter();
    await within(answered.ready(), 'joining');
    const unanswered = answered.connect('bob').send({ description: { type: 'offer', sdp: 'v=0' } });
    await until(() => bob.received.length > 0, 'the offer');
    const leaving = answered.close();
    clock.advance(1000);
    await within(leaving, 'leaving a peer that does not answer');
    await expect(unanswered).rejects.toMatchObject({ code: 'RTC_UNDELIVERED' });
    bob.socket.close();
    await until(() => server.members('a').length === 0, 'an empty room');

    const messaging = enter();
    await within(messaging.ready(), 'joining');
    const { channel } = messaging.connect('bob');
    const sent = channel.send('for whoever comes').catch((error: unknown) => error);
    const closing = messaging.close();
    expect(channel.state).toBe('closing');
    clock.advance(10_000);
    await within(closing, 'leaving');
    expect(await sent).toMatchObject({ code: 'RTC_UNDELIVERED' });
  });

  it('let a new connection take the place of an old one by the same name', async () => {
    const server = await start();
    const alice = await join(server, 'a', 'alice');
    const old = await join(server, 'a', 'bob');
    const young = await join(server, 'a', 'bob');
    expect(await old.end()).toMatchObject({ code: 4003 });
    alice.say({ to: 'bob', data: 1 });
    await until(() => young.received.length > 0, 'the message');
    expect(alice.reported.filter(({ present }) => present === false)).toEqual([]);
  });
});

describe('limits', () => {
  it('of peers in a room and of rooms are reported with a reason, and rooms that are empty do not count', async () => {
    const server = await start({ limits: { peersPerRoom: 2, rooms: 2 } });
    await join(server, 'a', 'alice');
    await join(server, 'a', 'bob');
    const third = use(new Client(server.port));
    await third.ask({ join: { room: 'a', peer: 'carol' } });
    expect(await third.end()).toEqual({ code: 4004, reason: 'the room is full' });
    expect(third.bye).toEqual({ code: 4004, reason: 'the room is full' });
    const other = await join(server, 'b', 'alice');
    const refused = use(new Client(server.port));
    await refused.ask({ join: { room: 'c', peer: 'alice' } });
    expect(await refused.end()).toMatchObject({ code: 4005 });
    other.socket.close();
    await until(() => server.rooms.size === 1, 'the end of the room');
    await join(server, 'c', 'alice');
  });

  it('count an acknowledgement as a sixteenth of a message', async () => {
    const server = await start({ clock: new ManualClock(), limits: { burst: 5 } });
    const alice = await join(server, 'a', 'alice');
    const bob = await join(server, 'a', 'bob');
    const acknowledgement = { v: 1, s: 'alice', p: 'bob', got: 1, had: 1 };
    for (let n = 0; n < 32; n++) alice.say({ to: 'bob', data: acknowledgement });
    await until(() => bob.received.length === 32, 'the acknowledgements');
    for (const more of [{ n: 1, m: 'message' }, { hi: true }, { x: 'x'.repeat(512) }]) {
      alice.say({ to: 'bob', data: { ...acknowledgement, ...more } });
    }
    expect(await alice.end()).toMatchObject({ code: 4029 });
    expect(bob.received).toHaveLength(34);
  });

  it('of connections answer with 503', async () => {
    const server = await start({ limits: { connections: 1 } });
    await join(server, 'a', 'alice');
    expect(await statusOf(server.port, {})).toBe(503);
  });
});

describe('admission', () => {
  it('checks the origin of pages, and lets in who sends none', async () => {
    const server = await start({ origins: ['https://example.org'] });
    expect(await statusOf(server.port, { origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf(server.port, { origin: 'https://example.org' })).toBe(101);
    expect(await statusOf(server.port, {})).toBe(101);
  });

  it('asks for the token, as text or by a function', async () => {
    const fixed = await start({ token: 'open sesame' });
    const asked = await start({ token: async ({ room, token }) => room === 'a' && token === 'x' });
    for (const [server, token] of [
      [fixed, 'open'],
      [fixed, undefined],
      [asked, 'y'],
    ] as const) {
      const client = use(new Client(server.port));
      await client.ask({ join: { room: 'a', peer: 'eve', ...(token ? { token } : {}) } });
      expect(await client.end()).toEqual({ code: 4001, reason: 'the token was refused' });
    }
    use(await Client.join(fixed.port, 'a', 'alice', { token: 'open sesame' }));
    use(await Client.join(asked.port, 'a', 'alice', { token: 'x' }));
  });

  it('gives a refused signaling the reason, and it does not come back', async () => {
    const server = await start({ token: 'open sesame' });
    let sockets = 0;
    const connect = () => {
      sockets++;
      return new WebSocket(`ws://127.0.0.1:${server.port}/`);
    };
    const signaling = webSocketSignaling(connect, { room: 'a', peer: 'eve', token: 'guess' });
    const { reason } = await signaling.channel.closed();
    expect(reason).toMatchObject({ code: 'RTC_CLOSED', message: /the token was refused \(4001\)/ });
    expect(sockets).toBe(1);
  });

  it('answers what is no WebSocket with 426, and refuses wrong options by name', async () => {
    const server = await start();
    const response = await fetch(`http://127.0.0.1:${server.port}/`);
    expect(response.status).toBe(426);
    await expect(startSignalingServer({ key: 'x' })).rejects.toThrow('options.certificate and options.key');
    await expect(startSignalingServer({ limits: { rooms: 0 } })).rejects.toThrow('options.limits.rooms');
    await expect(startSignalingServer({ origin: [] } as never)).rejects.toThrow('options.origin is not');
    await expect(startSignalingServer({ port: server.port, host: '127.0.0.1' })).rejects.toThrow(
      'EADDRINUSE',
    );
  });
});

describe('time', () => {
  it('ends for who does not join, and for who shows no sign of life, but not for who answers', async () => {
    const clock = new ManualClock();
    const server = await start({ clock, joinTimeout: 1000, idleTimeout: 4000 });
    const mute = use(new Client(server.port));
    await until(() => mute.socket.readyState === WebSocket.OPEN && server.connections === 1, 'the socket');
    clock.advance(1000);
    expect(await mute.end()).toEqual({ code: 4002, reason: 'it did not join in time' });
    const dead = use(await Client.join(server.port, 'a', 'dead', { autoPong: false }));
    const alive = await join(server, 'a', 'alive');
    for (let second = 0; second < 12; second++) {
      const asked = new Promise((resolve) => alive.socket.once('ping', resolve));
      clock.advance(1000);
      if (second < 11) await within(asked, 'the ping');
      // Answered behind the pong of `alive`: that has been taken, too.
      const answered = new Promise((resolve) => alive.socket.once('pong', resolve));
      alive.socket.ping();
      await within(answered, 'the pong');
    }
    expect(await dead.end()).toEqual({ code: 4008, reason: 'it did not answer' });
    expect(alive.reported).toContainEqual({ peer: 'dead', present: false });
    expect(alive.closed).toBeUndefined();
  });
});

describe('stop', () => {
  it('notifies the peers, waits until each has said that it knows, and closes', async () => {
    const server = await start();
    const alice = await join(server, 'a', 'alice');
    const bob = await join(server, 'a', 'bob');
    bob.answers = false;
    const stopping = server.stop({ timeout: 10_000 });
    await until(() => bob.reported.some((message) => message.stop === true), 'the word of the stop');
    alice.say({ to: 'bob', data: 'still passed on' });
    await until(() => bob.received.length > 0, 'the message');
    expect(alice.closed).toBeUndefined();
    bob.say({ stopped: true });
    await within(stopping, 'the stop');
    for (const client of [alice, bob])
      expect(await client.end()).toEqual({ code: 1001, reason: 'the server stops' });
  });

  it('does not wait for ever for one that never answers', async () => {
    const server = await start();
    const mute = await join(server, 'a', 'mute');
    mute.answers = false;
    await within(server.stop({ timeout: 50 }), 'the stop');
    await mute.end();
    expect(server.connections).toBe(0);
  });
});

/** What an upgrade is answered with. */
function statusOf(port: number, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({
      ...{ port, host: '127.0.0.1' },
      headers: {
        ...{ connection: 'Upgrade', upgrade: 'websocket' },
        ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' },
        ...headers,
      },
    });
    asked.on('error', reject);
    asked.on('response', (response) => resolve(response.statusCode));
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    asked.end();
  });
}
