import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DataChannel } from '../../src/compat/w3c/w3c-types.js';
import { nextTurn } from '../../src/time/clock.js';
import { withOtherFingerprint } from '../support/altered-signaling.js';
import { once, Pair } from './pair.js';

/** The events of a channel, by name. */
function eventsOf(channel: DataChannel): string[] {
  const events: string[] = [];
  for (const type of ['open', 'message', 'error', 'closing', 'close'] as const) {
    channel.addEventListener(type, () => void events.push(`${type} ${channel.readyState}`));
  }
  return events;
}

describe('a Blob', () => {
  const endings: Record<string, (pair: Pair, channel: DataChannel) => unknown> = {
    'nothing more': () => {},
    'channel.close()': (_, channel) => channel.close(),
    'connection.close()': ({ near }) => near.close(),
    'the end of the scope': ({ scopes }) => scopes[0].disposeAsync(),
  };
  it.each(Object.entries(endings))(
    'arrives in order with what was sent behind it, before %s',
    async (_, end) => {
      await using pair = new Pair();
      const [near, far] = await pair.channel();
      const received: unknown[] = [];
      const all = new Promise<void>((resolve) => {
        far.onmessage = ({ data }) => {
          received.push(typeof data === 'string' ? data : data.byteLength);
          if (received.length === 3) resolve();
        };
      });
      near.send(new Blob(['x'.repeat(1000)]));
      expect(near.bufferedAmount).toBe(1000);
      near.send(Buffer.from('bytes'));
      near.send('text');
      await end(pair, near);
      await all;
      expect(received).toEqual([1000, 5, 'text']);
    },
  );

  it('that cannot be read, behind another one, is an error, and what is sent behind it arrives', async () => {
    const unhandled: unknown[] = [];
    const collect = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', collect);
    onTestFinished(() => void process.off('unhandledRejection', collect));
    await using pair = new Pair();
    const [near, far] = await pair.channel();
    const received: unknown[] = [];
    const last = new Promise<void>((resolve) => {
      far.onmessage = ({ data }) => {
        received.push(typeof data === 'string' ? data : data.byteLength);
        if (data === 'text') resolve();
      };
    });
    const bytes = new Uint8Array(100_000);
    const unreadable = new Blob(['x'.repeat(1000)]);
    unreadable.arrayBuffer = () => Promise.reject(new DOMException('it has changed', 'NotReadableError'));
    const failed = once<Event & { error: { errorDetail: string } }>(near, 'error');
    const slow = new Blob([bytes]);
    slow.arrayBuffer = async () => {
      await nextTurn(); // Node.js reports unhandled rejections at the end of a turn
      return bytes.buffer;
    };
    near.send(slow);
    near.send(unreadable);
    near.send('text');
    expect((await failed).error).toMatchObject({ errorDetail: 'data-channel-failure' });
    await last;
    expect(received).toEqual([100_000, 'text']);
    expect(unhandled).toEqual([]);
    expect(near.bufferedAmount).toBe(0);
  });

  it('is what comes with binaryType "blob"', async () => {
    await using pair = new Pair();
    const [near, far] = await pair.channel();
    far.binaryType = 'blob';
    far.binaryType = 'nonsense' as never;
    expect(far.binaryType).toBe('blob');
    const message = once<MessageEvent>(far, 'message');
    near.send(Uint8Array.of(1, 2, 3));
    const { data } = await message;
    expect(data).toBeInstanceOf(Blob);
    expect([...new Uint8Array(await (data as Blob).arrayBuffer())]).toEqual([1, 2, 3]);
  });
});

describe('the end of a channel', () => {
  it('is closing and close at the other end of close(), without an error', async () => {
    await using pair = new Pair();
    const [near, far] = await pair.channel();
    const events = eventsOf(far);
    near.close();
    expect(near.readyState).toBe('closing');
    await Promise.all([once(near, 'close'), once(far, 'close')]);
    expect(events).toEqual(['closing closing', 'close closed']);
    expect(near.readyState).toBe('closed');
  });

  it('is error and close where the handshake of its connection failed', async () => {
    await using pair = new Pair();
    const channel = pair.near.createDataChannel('chat');
    const events = eventsOf(channel);
    const failed = once<Event & { error: { errorDetail: string; name: string } }>(channel, 'error');
    const closed = once(channel, 'close');
    pair.negotiate(withOtherFingerprint);
    expect((await failed).error).toMatchObject({ name: 'OperationError', errorDetail: 'sctp-failure' });
    await closed;
    expect(events).toEqual(['error closed', 'close closed']);
  });

  it('is no opening for one that is closed in the datachannel event', async () => {
    await using pair = new Pair();
    let events: string[] = [];
    const closed = new Promise<void>((resolve) => {
      pair.far.ondatachannel = ({ channel }) => {
        expect(channel.readyState).toBe('open');
        events = eventsOf(channel);
        channel.onclose = () => resolve();
        channel.close();
      };
    });
    pair.near.createDataChannel('chat');
    pair.negotiate();
    await closed;
    expect(events).toEqual(['close closed']);
  });
});

it('who listens from open on, after an await, gets every message', async () => {
  await using pair = new Pair();
  const init = { negotiated: true, id: 0 };
  const near = pair.near.createDataChannel('chat', init);
  const far = pair.far.createDataChannel('chat', init);
  expect(near).toMatchObject({ readyState: 'connecting', id: 0, negotiated: true, ordered: true });
  near.onopen = () => [1, 2, 3].forEach((n) => near.send(`message ${n}`));
  const opened = once(far, 'open');
  pair.negotiate();
  await opened;
  const received: unknown[] = [];
  await new Promise<void>((resolve) => {
    far.onmessage = ({ data }) => received.push(data) === 3 && resolve();
  });
  expect(received).toEqual(['message 1', 'message 2', 'message 3']);
});

it('bytes of another realm are sent as bytes; shared ones, and symbols, are refused, also behind a Blob', async () => {
  await using pair = new Pair();
  const [near, far] = await pair.channel();
  const received: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    far.onmessage = ({ data }) => {
      received.push(typeof data === 'string' ? data : [...new Uint8Array(data)]);
      if (received.length === 7) resolve();
    };
  });
  const foreign = [
    'new Uint8Array([1, 2]).buffer',
    'new Uint8Array([3])',
    'new DataView(new ArrayBuffer(1))',
  ].map((code) => runInNewContext(code) as ArrayBuffer | ArrayBufferView);
  for (const before of [() => {}, () => near.send(new Blob(['a Blob']))]) {
    before();
    for (const shared of [new SharedArrayBuffer(2), new Uint8Array(new SharedArrayBuffer(2)), Symbol('s')]) {
      expect(() => near.send(shared as never)).toThrow(TypeError);
    }
    for (const bytes of foreign) near.send(bytes as never);
  }
  await all;
  const bytes = [[1, 2], [3], [0]];
  expect(received).toEqual([...bytes, [...Buffer.from('a Blob')], ...bytes]);
  expect(() => pair.near.createDataChannel(Symbol('label') as never)).toThrow(TypeError);
});

it('wrong messages are refused in the words of the specification', async () => {
  await using pair = new Pair();
  const early = pair.near.createDataChannel('early');
  expect(() => early.send('x')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
  const [near] = await pair.channel();
  expect(() => near.send(new Uint8Array(300_000))).toThrow(TypeError);
  expect(() => (near.send as () => void)()).toThrow(TypeError);
  expect(near.bufferedAmount).toBe(0);
  near.send('x'.repeat(10));
  expect(near.bufferedAmount).toBe(10);
  await once(near, 'bufferedamountlow');
  expect(near.bufferedAmount).toBe(0);
});

it('a channel that closes with its connection fires close, and nothing before', async () => {
  await using pair = new Pair();
  const [near] = await pair.channel();
  const events: string[] = [];
  near.onbufferedamountlow = () => events.push('bufferedamountlow');
  near.send('the last one');
  pair.near.close();
  await once(near, 'close');
  expect(events).toEqual([]);
  expect(String(near)).toBe('[object RTCDataChannel]');
  expect(String(pair.near)).toBe('[object RTCPeerConnection]');
});

describe('messages and events', () => {
  it('come in tasks of their own: who awaits one is in time for the next', async () => {
    await using pair = new Pair();
    const [near, far] = await pair.channel();
    const next = async () => (await once<MessageEvent>(far, 'message')).data as unknown;
    const first = next();
    for (const text of ['one', 'two', 'three']) near.send(text);
    expect([await first, await next(), await next()]).toEqual(['one', 'two', 'three']);
  });

  it('report each fall to the threshold once, also to the one of 0 that no program has set', async () => {
    await using pair = new Pair();
    const [near, far] = await pair.channel();
    far.onmessage = () => {}; // takes what comes
    expect(near.bufferedAmountLowThreshold).toBe(0);
    let falls = 0;
    near.onbufferedamountlow = () => falls++;
    for (const round of [1, 2, 3]) {
      const low = once(near, 'bufferedamountlow');
      for (let sent = 0; sent < 200; sent++) near.send(new Uint8Array(16_384));
      await low;
      expect([near.bufferedAmount, falls]).toEqual([0, round]);
    }
    const low = once(near, 'bufferedamountlow');
    near.send('one more');
    await low;
    // The library's own report of it comes in later turns, if it comes.
    const echoed = once(far, 'message');
    near.send(new Blob(['and a Blob']));
    await once(near, 'bufferedamountlow');
    await echoed;
    expect(falls).toBe(5);
  });

  it('show bufferedAmount as it is after the task that has sent', async () => {
    await using pair = new Pair();
    const [near, far] = await pair.channel();
    for (const text of ['one', 'three']) {
      const [low, message] = [once(near, 'bufferedamountlow'), once(far, 'message')];
      near.send(text);
      expect(near.bufferedAmount).toBe(text.length);
      await Promise.resolve();
      expect(near.bufferedAmount).toBe(text.length);
      await low;
      expect(near.bufferedAmount).toBe(0);
      await message;
    }
  });
});
