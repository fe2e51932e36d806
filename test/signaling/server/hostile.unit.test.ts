import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SignalingServer, startSignalingServer } from '../../../src/signaling/server/index.js';
import { ManualClock } from 'scoped-rtc/testing';
import { until } from '../../support/event.js';
import { Client } from './client.js';

let server: SignalingServer;
let alice: Client;
let bob: Client;
let asked = 0;

beforeAll(async () => {
  server = await startSignalingServer({
    port: 0,
    host: '127.0.0.1',
    idleTimeout: 2000,
    limits: { unread: 200_000, messagesPerSecond: 2000, burst: 2000 },
  });
  alice = await Client.join(server.port, 'a', 'alice');
  bob = await Client.join(server.port, 'a', 'bob');
  bob.socket.on('message', (data) => {
    const { from, data: question } = JSON.parse(String(data)) as { from?: string; data?: unknown };
    if (from) bob.say({ to: from, data: question });
  });
});

afterAll(async () => {
  for (const client of [alice, bob]) client[Symbol.dispose]();
  await server.stop();
});

/** Two others talk all the while, and nobody's business delays or changes what they receive. */
async function undisturbed<T>(body: () => Promise<T>): Promise<T> {
  let over = false;
  const talking = (async () => {
    for (let first = true; first || !over; first = false) {
      const question = ++asked;
      alice.say({ to: 'bob', data: question });
      await until(() => alice.received.length === question, `answer ${question}`);
    }
  })();
  try {
    return await body();
  } finally {
    over = true;
    await talking;
    expect(alice.received.map(([, data]) => data)).toEqual(Array.from({ length: asked }, (_, n) => n + 1));
    expect([alice.closed, bob.closed]).toEqual([undefined, undefined]);
  }
}

describe('is cut off with a reason, and disturbs nobody else:', () => {
  it('a peer that floods', async () => {
    // Time stands still, so that what it may say does not depend on how long it takes.
    await using strict = await startSignalingServer({
      ...{ port: 0, host: '127.0.0.1', clock: new ManualClock() },
      limits: { messagesPerSecond: 2000, burst: 2000 },
    });
    using flooder = await Client.join(strict.port, 'a', 'flooder');
    const end = await undisturbed(async () => {
      for (let n = 0; n < 20_000; n++) {
        flooder.say({ to: 'flooder', data: n });
        if (n % 500 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      }
      return flooder.end();
    });
    expect(end).toEqual({ code: 4029, reason: 'it sent too many messages' });
    expect(flooder.bye).toEqual(end);
    expect(flooder.received.length).toBeLessThanOrEqual(2000);
  });

  it.each([
    ['text that is no JSON', '{"to":'],
    ['JSON of something else', '[1, 2, 3]'],
    ['a message for nobody', '{"to":5,"data":1}'],
    ['a second join', '{"join":{"room":"a","peer":"again"}}'],
    ['a name that is too long', `{"to":"${'x'.repeat(1000)}","data":1}`],
    ['binary data', Buffer.from([1, 2, 3])],
  ])('a peer that sends %s', async (_, garbage) => {
    using sender = await Client.join(server.port, 'a', 'garbage');
    const end = await undisturbed(async () => {
      sender.socket.send(garbage);
      return sender.end();
    });
    expect(end).toEqual({ code: 4000, reason: 'the message was not understood' });
    expect(sender.bye).toEqual(end);
  });

  it('a peer that sends frames which are none', async () => {
    using sender = await Client.join(server.port, 'a', 'frames');
    const end = await undisturbed(async () => {
      // Reserved bits set, and no mask.
      (sender.socket as unknown as { _socket: { write(data: Buffer): void } })._socket.write(
        Buffer.alloc(64, 0x7f),
      );
      return sender.end();
    });
    expect(end).toEqual({ code: 1002, reason: 'the WebSocket protocol was violated' });
  });

  it('a peer that sends a message of 10 MB', async () => {
    using sender = await Client.join(server.port, 'a', 'large');
    const end = await undisturbed(async () => {
      sender.say({ to: 'bob', data: 'x'.repeat(10_000_000) });
      return sender.end();
    });
    expect(end).toEqual({ code: 1009, reason: 'the message was too large' });
    expect(sender.bye).toEqual(end);
  });

  it('a peer that never answers', async () => {
    using mute = await Client.join(server.port, 'a', 'mute', { autoPong: false });
    expect(await undisturbed(() => mute.end())).toEqual({ code: 4008, reason: 'it did not answer' });
  });

  it('a peer that reads nothing', async () => {
    await using patient = await startSignalingServer({
      ...{ port: 0, host: '127.0.0.1', idleTimeout: 600_000 }, // not for its silence
      limits: { unread: 200_000, messagesPerSecond: 10_000, burst: 10_000 },
    });
    using deaf = await Client.join(patient.port, 'a', 'deaf');
    using talker = await Client.join(patient.port, 'a', 'talker');
    deaf.socket.pause();
    const isThere = () => patient.rooms.get('a')?.includes('deaf');
    await undisturbed(async () => {
      const text = 'x'.repeat(50_000);
      for (let n = 0; n < 1500 && isThere(); n++) {
        talker.say({ to: 'deaf', data: text });
        if (n % 10 === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      }
      await until(() => !isThere(), 'the end of the deaf one');
    });
    expect(talker.closed).toBeUndefined();
    await until(() => patient.connections === 1, 'the socket is destroyed');
  });

  it('a socket that says nothing a WebSocket would, or goes without a word', async () => {
    await undisturbed(async () => {
      for (const text of ['\0'.repeat(1000), 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n']) {
        const socket = connect(server.port, '127.0.0.1');
        socket.on('error', () => {});
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.resume().write(text);
        await closed;
      }
      const socket = connect(server.port, '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.resetAndDestroy();
    });
  });
});
