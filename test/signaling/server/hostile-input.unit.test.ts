import { connect, type Socket } from 'node:net';
import { ManualClock } from 'scoped-rtc/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type SignalingServer, startSignalingServer } from '../../../src/signaling/server/index.js';
import { until } from '../../support/event.js';
import { Client } from './client.js';

let server: SignalingServer;
let alice: Client;
let bob: Client;

beforeEach(async () => {
  server = await startSignalingServer({
    ...{ port: 0, host: '127.0.0.1', joinTimeout: 1000 },
    limits: { connections: 20, unread: 100_000 },
  });
  alice = await Client.join(server.port, 'room', 'alice');
  bob = await Client.join(server.port, 'room', 'bob');
});

/** The two who were there before talk as if nothing had happened, and somebody else gets in. */
afterEach(async () => {
  for (const [from, to, name] of [
    [alice, bob, 'bob'],
    [bob, alice, 'alice'],
  ] as const) {
    const before = to.received.length;
    from.say({ to: name, data: 'still there?' });
    await until(() => to.received.length > before, 'the message');
  }
  using carol = await Client.join(server.port, 'another room', 'carol');
  expect([alice.closed, bob.closed, carol.closed]).toEqual([undefined, undefined, undefined]);
  for (const client of [alice, bob, carol]) client[Symbol.dispose]();
  await server.stop({ timeout: 500 });
});

const nested = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);
const DEEP = nested('[', ']', 30_000);
const DEEP_OBJECT = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;

it.each([
  ['in a message', `{"to":"bob","data":${DEEP}}`],
  ['in a message, of objects', `{"to":"bob","data":${DEEP_OBJECT}}`],
  ['in a message, never closed', `{"to":"bob","data":${'['.repeat(60_000)}`],
  ['as a name', `{"to":${DEEP},"data":1}`],
  ['beside a message', `{"to":"bob","data":1,"more":${DEEP}}`],
  ['in a word of the stop', `{"stopped":${DEEP}}`],
  ['under __proto__', `{"to":"bob","data":{"__proto__":${DEEP}}}`],
])('JSON of many levels %s', async (_, text) => {
  using sender = await Client.join(server.port, 'room', 'deep');
  sender.socket.send(text);
  expect(await sender.end()).toEqual({ code: 4000, reason: 'the message was not understood' });
});

it.each([
  ['its room', `{"join":{"room":${DEEP},"peer":"deep"}}`],
  ['its name', `{"join":{"room":"room","peer":${DEEP}}}`],
  ['its token', `{"join":{"room":"room","peer":"deep","token":${DEEP}}}`],
  ['its data', `{"join":{"v":2,"room":"room","peer":"deep","data":${DEEP}}}`],
])('who would join with JSON of many levels as %s', async (_, text) => {
  using sender = new Client(server.port);
  await sender.ask(text);
  expect(await sender.end()).toMatchObject({ code: 4000 });
});

it('brackets in text are no levels', async () => {
  const data = `${'[{'.repeat(1000)}"\\`;
  alice.say({ to: 'bob', data });
  await until(() => bob.received.length > 0, 'the message');
  expect(bob.received).toEqual([['alice', data]]);
});

it('names that are properties of every object are names like others', async () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    using odd = await Client.join(server.port, name, name);
    odd.say({ to: name, data: name });
    await until(() => odd.received.length > 0, 'the message');
    odd.say(`{"to":"valueOf","data":{"__proto__":{"to":"bob"}}}`);
    expect(server.rooms.get(name)).toEqual([name]);
  }
  expect(bob.received).toEqual([]);
});

it('a name that is no text is refused', async () => {
  using odd = new Client(server.port);
  await odd.ask('{"join":{"room":"room","peer":"\\ud800"}}');
  expect(await odd.end()).toMatchObject({ code: 4000 });
});

it('what is announced about a member has a limit', async () => {
  using large = new Client(server.port);
  await large.ask({ join: { v: 2, room: 'room', peer: 'large', data: 'x'.repeat(1100) } });
  expect(await large.end()).toMatchObject({ code: 1009 });
});

it('text that is no UTF-8', async () => {
  using odd = await Client.join(server.port, 'room', 'odd');
  const bytes = Buffer.from('{"to":"bob","data":"\xff\xfe"}', 'latin1');
  odd.socket.send(bytes, { binary: false });
  expect(await odd.end()).toMatchObject({ code: 1007 });
});

it('a flood of pings ends the one who sends them', async () => {
  const left: unknown[] = [];
  // Time stands still, so that the rate does not depend on how fast this process is.
  await using strict = await startSignalingServer({ port: 0, host: '127.0.0.1', clock: new ManualClock() });
  strict.on('left', (member, departure) => left.push([member.peer, departure.code]));
  using pinger = await Client.join(strict.port, 'room', 'pinger');
  for (let n = 0; n < 3000 && !pinger.closed; n++) pinger.socket.ping('x'.repeat(100));
  await pinger.end(); // by our limit of rate, or by that of `ws` for answers that wait
  expect(left).toEqual([['pinger', 4029]]);
});

it('a flood of messages in very many fragments ends the one who sends them', async () => {
  using sender = await Client.join(server.port, 'room', 'fragments');
  for (let n = 0; n < 5000 && !sender.closed; n++) sender.socket.send('', { fin: false });
  await sender.end();
});

it('connections that never finish their request count, are refused beyond the limit, and end', async () => {
  const sockets: Socket[] = [];
  const ended = { count: 0 };
  for (let n = 0; n < 100; n++) {
    const socket = connect(server.port, '127.0.0.1').on('error', () => {});
    socket.on('close', () => ended.count++);
    // Nothing at all, or a request that is never through, or one that is written a letter at a time.
    if (n % 3 > 0) socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
    if (n % 3 > 1) {
      const slowly = setInterval(() => socket.write('X'), 20);
      socket.on('close', () => clearInterval(slowly));
    }
    sockets.push(socket.resume());
  }
  using refused = new Client(server.port);
  await refused.end();
  expect(refused.reported).toEqual([]);
  await until(() => ended.count === sockets.length, 'the end of those who say nothing', 5000);
});

it('stop() does not wait for a connection that never finishes its request', async () => {
  const other = await startSignalingServer({ port: 0, host: '127.0.0.1' });
  const socket = connect(other.port, '127.0.0.1').on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  await other.stop();
});

it.each([
  ['token', { token: () => new Promise<boolean>(() => {}) }],
  ['accept', { accept: () => new Promise<boolean>(() => {}) }],
])('who waits for a %s that never decides is asked to come back', async (_, options) => {
  const other = await startSignalingServer({ port: 0, host: '127.0.0.1', joinTimeout: 100, ...options });
  using waiting = new Client(other.port);
  await waiting.ask({ join: { room: 'room', peer: 'alice' } });
  expect(await waiting.end()).toMatchObject({ code: 4012 });
  await other.stop();
});
