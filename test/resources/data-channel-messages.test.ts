import { DataChannel, type Message, RtcRuntime } from 'scoped-rtc';
import { loopbackPair } from 'scoped-rtc/testing';
import { expect, it } from 'scoped-rtc/vitest';
import { describe } from 'vitest';
import { channelPair, incomingChannel, wiredPair } from '../support/connected-pair.js';
import { codeOf, nextEvent, take, until, within } from '../support/event.js';

describe('what a data channel reports about itself', () => {
  it('is what both sides agreed on', async ({ rtc }) => {
    const { near, far, alice } = await loopbackPair(rtc, {
      label: 'chat/änderung',
      channel: { protocol: 'json' },
    });
    expect(near).toBeInstanceOf(DataChannel);
    expect([near.label, far.label]).toEqual(['chat/änderung', 'chat/änderung']);
    expect([near.protocol, far.protocol]).toEqual(['json', 'json']);
    expect(near.id).toBe(far.id);
    expect(near.maxMessageSize).toBe(262_144);
    expect(near.bufferedAmount).toBe(0);
    expect([near.state, far.state]).toEqual(['open', 'open']);
    expect(near.path).toBe('rtc/alice/chat_änderung');
    expect(alice.maxDataChannelId).toBeGreaterThan(0);
    await near.close();
    expect(near.label).toBe('chat/änderung');
    expect(near.id).toBe(far.id);
    expect(near.bufferedAmount).toBe(0);
    expect(near.state).toBe('closed');
  });

  it('has no id before there is a transport', ({ rtc }) => {
    const channel = rtc.createPeerConnection('alone').createDataChannel('chat');
    expect(channel.id).toBeUndefined();
    expect(channel.state).toBe('opening');
  });
});

describe('messages', () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const sent: [name: string, data: string | ArrayBuffer | ArrayBufferView, received: Message][] = [
    ['text', 'grüße 🚀', 'grüße 🚀'],
    ['empty text', '', ''],
    ['text with NUL', 'a\u0000b', 'a\u0000b'],
    ['a Buffer', bytes, bytes],
    ['an empty Buffer', Buffer.alloc(0), Buffer.alloc(0)],
    ['an ArrayBuffer', new Uint8Array(bytes).buffer, bytes],
    ['a view into a larger buffer', new Uint8Array(new Uint8Array(bytes).buffer, 3, 5), bytes.subarray(3, 8)],
    ['a DataView', new DataView(new Uint8Array(bytes).buffer, 1, 2), bytes.subarray(1, 3)],
    ['a Uint16Array', new Uint16Array([1, 2]), Buffer.from([1, 0, 2, 0])],
  ];

  it('of every kind arrive intact and in order, in both directions, also as the first thing sent', async ({
    rtc,
  }) => {
    const { alice, bob } = wiredPair(rtc);
    const near = alice.createDataChannel('chat');
    const accepted = sent.map(([, data]) => near.send(data)); // before it is open
    const far = await incomingChannel(bob, 'chat');
    await within(Promise.all(accepted), 'the queued messages');
    const expected = sent.map(([, , received]) => received);
    expect(await take(far, sent.length)).toEqual(expected);
    for (const [, data] of sent) await far.send(data);
    expect(await take(near, sent.length)).toEqual(expected);
  });

  it('may be 256 kB; a larger one rejects and loses nothing', async ({ connectedPair: { near, far } }) => {
    const largest = Buffer.alloc(near.maxMessageSize, 7);
    await near.send('before');
    expect(await codeOf(near.send(Buffer.alloc(near.maxMessageSize + 1)))).toBe('RTC_MESSAGE_TOO_LARGE');
    expect(await codeOf(near.send('ü'.repeat(near.maxMessageSize / 2 + 1)))).toBe('RTC_MESSAGE_TOO_LARGE');
    expect(await codeOf(() => near.trySend(Buffer.alloc(near.maxMessageSize + 1)))).toBe(
      'RTC_MESSAGE_TOO_LARGE',
    );
    await near.send(largest);
    await near.send('after');
    const [first, second, third] = await take(far, 3);
    expect([first, third]).toEqual(['before', 'after']);
    expect(Buffer.compare(second as Buffer, largest)).toBe(0);
  });

  it('wait for the first listener', async ({ connectedPair: { near, far } }) => {
    for (let i = 0; i < 10; i++) await near.send(`${i}`);
    await near.close();
    const info = await far.closed();
    expect(info.by).toBe('remote');
    const arrived: Message[] = [];
    far.on('message', (message) => arrived.push(message));
    await until(() => arrived.length === 10, 'ten messages');
    expect(arrived).toEqual(Array.from({ length: 10 }, (_, i) => `${i}`));
  });

  it('arriving after a listener was added go behind those that waited', async ({
    connectedPair: { near, far },
  }) => {
    await near.send('first');
    await until(() => scopeBytes(far) === 5, 'the first message');
    const arrived: Message[] = [];
    far.on('message', (message) => arrived.push(message));
    await near.send('second');
    await until(() => arrived.length === 2, 'both messages');
    expect(arrived).toEqual(['first', 'second']);
  });

  it('are given to a once() listener one at a time, the rest waiting', async ({
    connectedPair: { near, far },
  }) => {
    for (const text of ['a', 'b', 'c']) await near.send(text);
    expect(await nextEvent(far, 'message')).toEqual(['a']);
    const once = new Promise((resolve) => far.once('message', resolve));
    expect(await once).toBe('b');
    expect(await take(far, 1)).toEqual(['c']);
  });
});

describe('iterators', () => {
  it('may come late, be left and be resumed', async ({ connectedPair: { near, far } }) => {
    for (let i = 0; i < 6; i++) await near.send(`${i}`);
    await near.close();
    await far.closed();
    expect(await take(far, 2)).toEqual(['0', '1']);
    expect(await take(far, 1)).toEqual(['2']);
    const rest: Message[] = [];
    for await (const message of far) rest.push(message);
    expect(rest).toEqual(['3', '4', '5']);
  });

  it('and listeners each get every message', async ({ connectedPair: { near, far } }) => {
    const arrived: Message[] = [];
    far.on('message', (message) => arrived.push(message));
    const one = far[Symbol.asyncIterator]();
    const two = far[Symbol.asyncIterator]();
    for (let i = 0; i < 5; i++) await near.send(`${i}`);
    const expected = ['0', '1', '2', '3', '4'];
    expect(await take(one, 5)).toEqual(expected);
    expect(await take(two, 5)).toEqual(expected);
    expect(arrived).toEqual(expected);
  });

  it('that wait end when the channel closes', async ({ connectedPair: { near, far } }) => {
    const read = (async () => {
      const all: Message[] = [];
      for await (const message of far) all.push(message);
      return all;
    })();
    await near.send('last');
    await near.close();
    expect(await within(read, 'the end of the iteration')).toEqual(['last']);
  });

  it('throw when the channel ended by an error, after what came before', async ({
    connectedPair: { near, far },
  }) => {
    const iterator = far[Symbol.asyncIterator]();
    await near.send('before');
    await until(() => scopeBytes(far) === 6, 'the message');
    const boom = new Error('boom');
    far.abort(boom);
    expect(await iterator.next()).toEqual({ value: 'before', done: false });
    await expect(iterator.next()).rejects.toMatchObject({ code: 'RTC_ABORTED', cause: boom });
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });
});

describe('a receive buffer that overflows', () => {
  for (const [limits, count, size] of [
    [{ messages: 3 }, 5, 1],
    [{ bytes: 1000 }, 5, 300],
  ] as const) {
    it(`with ${JSON.stringify(limits)} fails the channel and counts what was lost`, async ({ rtc }) => {
      const { near: far, far: near } = await loopbackPair(rtc, { channel: { receiveBuffer: limits } });
      const failure = nextEvent<[{ code: string }]>(far, 'error');
      for (let i = 0; i < count; i++) await near.send(Buffer.alloc(size, i));
      const [error] = await failure;
      expect(error.code).toBe('RTC_OVERFLOW');
      const info = await far.closed();
      expect(info.by).toBe('error');
      expect(info.reason).toBe(error);
      expect(info.unread).toBeGreaterThanOrEqual(4);
      const kept: Message[] = [];
      const read = async () => {
        for await (const message of far) kept.push(message);
      };
      expect(await codeOf(read())).toBe('RTC_OVERFLOW');
      expect(kept).toEqual([0, 1, 2].map((i) => Buffer.alloc(size, i)));
    });
  }

  it('with an idle iterator does so as well', async ({ rtc }) => {
    const { near: far, far: near } = await loopbackPair(rtc, {
      channel: { receiveBuffer: { messages: 2 } },
    });
    const iterator = far[Symbol.asyncIterator]();
    const failure = nextEvent<[{ code: string }]>(far, 'error');
    for (const text of ['0', '1', '2']) await near.send(text);
    expect((await failure)[0].code).toBe('RTC_OVERFLOW');
    expect((await iterator.next()).value).toBe('0');
    expect((await iterator.next()).value).toBe('1');
    expect(await codeOf(iterator.next())).toBe('RTC_OVERFLOW');
  });

  it('of one channel leaves its neighbours alone', async ({ rtc }) => {
    const pair = await loopbackPair(rtc);
    const { near, far } = await channelPair(pair.bob, pair.alice, 'small');
    const small = await channelPair(pair.alice, pair.bob, 'tiny', { receiveBuffer: { messages: 1 } });
    const failure = nextEvent(small.near, 'error');
    for (const text of ['0', '1']) await small.far.send(text);
    await failure;
    await near.send('fine');
    expect(await take(far, 1)).toEqual(['fine']);
  });
});

/** Bytes that a channel has received, as the snapshot has it. */
function scopeBytes(channel: DataChannel): number {
  const find = (nodes: readonly import('scoped-rtc').NodeSnapshot[]): number | undefined => {
    for (const node of nodes) {
      if (node.path === channel.path) return node.bytesReceived;
      const below = find(node.children);
      if (below !== undefined) return below;
    }
    return undefined;
  };
  return find(RtcRuntime.shared.snapshot().scopes) ?? -1;
}

describe('nextMessage()', () => {
  it('gives each of several callers a message of its own, those that waited first', async ({ rtc }) => {
    const { near, far } = await loopbackPair(rtc);
    await near.send('1');
    expect(await far.nextMessage()).toBe('1');
    const both = Promise.all([far.nextMessage(), far.nextMessage()]);
    for (const text of ['2', '3', '4']) await near.send(text);
    expect(await both).toEqual(['2', '3']);
    expect(await far.nextMessage({ timeout: 20_000 })).toBe('4');
  });

  it('notifies listeners and iterators as well', async ({ rtc }) => {
    const { near, far } = await loopbackPair(rtc);
    const arrived: Message[] = [];
    far.on('message', (message) => arrived.push(message));
    const iterated = take(far, 1);
    const next = far.nextMessage();
    await near.send('to all');
    expect([await next, await iterated, arrived]).toEqual(['to all', ['to all'], ['to all']]);
  });

  it('loses nothing when a wait is given up, also in the moment in which a message comes', async ({
    rtc,
  }) => {
    const { near, far } = await loopbackPair(rtc);
    expect(await codeOf(far.nextMessage({ timeout: 1 }))).toBe('RTC_TIMEOUT');
    const stop = new AbortController();
    far.once('message', () => stop.abort());
    const next = far.nextMessage({ signal: stop.signal });
    await near.send('first');
    expect(await next).toBe('first');
    await near.send('second');
    expect(await far.nextMessage()).toBe('second');
  });

  it('has what arrived before the end, and then rejects', async ({ rtc }) => {
    const { near, far } = await loopbackPair(rtc);
    await near.send('last words');
    await near.close();
    await far.closed();
    expect(await far.nextMessage()).toBe('last words');
    expect(await codeOf(far.nextMessage())).toBe('RTC_CLOSED');
    expect(await codeOf(near.nextMessage())).toBe('RTC_CLOSED');
  });

  it('rejects with the reason of an abort', async ({ rtc }) => {
    const { near } = await loopbackPair(rtc);
    const waiting = near.nextMessage();
    void near.abort(new Error('enough'));
    expect(await codeOf(waiting)).toBe('RTC_ABORTED');
  });
});
