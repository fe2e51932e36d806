import { createServer } from 'node:net';
import { type DataChannel, type PeerConnection, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { createFakeBinding, ManualClock, type TestScope, testScope } from 'scoped-rtc/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOOPBACK, openChannel } from './programs/link.js';

let test: TestScope;
let rtc: RtcScope;
/** A server that takes connections and says nothing. */
const mute = createServer((socket) => socket.on('error', () => {}));
let mutePort = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  mutePort = (mute.address() as { port: number }).port;
});
afterAll(() => void mute.close());
beforeEach(() => {
  test = testScope({ name: 'app', teardownTimeout: 10_000 });
  rtc = test.scope;
});
afterEach(({ task }) => test.end({ failed: task.result?.state === 'fail' }));

async function failure(work: Promise<unknown>): Promise<{ code?: string; path?: string; cause?: unknown }> {
  return work.then(
    () => {
      throw new Error('it did not reject');
    },
    (error) => error,
  );
}

/** A channel on a connection that never connects. */
function lonely(): { connection: PeerConnection; channel: DataChannel } {
  const connection = rtc.createPeerConnection('alice', LOOPBACK);
  return { connection, channel: connection.createDataChannel('chat') };
}

async function pair() {
  const connection = rtc.createPeerConnection('alice', LOOPBACK);
  return {
    connection,
    ...(await openChannel(connection, rtc.createPeerConnection('bob', LOOPBACK))),
  };
}

type Wait = (options: { timeout?: number; signal?: AbortSignal }) => Promise<unknown>;

const PILE_BYTES = 32_000_000;

/** So much unsent that it cannot have gone before the wait begins; the library sends it meanwhile. */
function pileUp(channel: DataChannel): void {
  for (let n = 0; n < 2000; n++) {
    if (channel.bufferedAmount >= PILE_BYTES) return;
    void channel.send(Buffer.alloc(200_000)).catch(() => {});
  }
  throw new Error(`${channel.bufferedAmount} bytes wait after 2000 messages`);
}

/** Every wait, in a state in which it has to wait. */
const WAITS: Record<string, () => Promise<{ wait: Wait; path: string; abort(reason: unknown): void }>> = {
  'connection.connected()': async () => {
    const { connection } = lonely();
    return {
      wait: (options) => connection.connected(options),
      path: 'app/alice',
      abort: (reason) => connection.abort(reason),
    };
  },
  'channel.opened()': async () => {
    const { channel } = lonely();
    return {
      wait: (options) => channel.opened(options),
      path: 'app/alice/chat',
      abort: (reason) => channel.abort(reason),
    };
  },
  'channel.send() over the mark': async () => {
    const { near } = await pair();
    near.highWaterMark = 1;
    return {
      wait: (options) => {
        pileUp(near);
        return near.send('the last one', options);
      },
      path: 'app/alice/chat',
      abort: (reason) => near.abort(reason),
    };
  },
  'channel.drained()': async () => {
    const { near } = await pair();
    return {
      wait: (options) => {
        pileUp(near);
        return near.drained(options);
      },
      path: 'app/alice/chat',
      abort: (reason) => near.abort(reason),
    };
  },
  'socket.opened()': async () => {
    const socket = rtc.createWebSocket(`ws://127.0.0.1:${mutePort}/`, { name: 'socket' });
    return {
      wait: (options) => socket.opened(options),
      path: 'app/socket',
      abort: (reason) => socket.abort(reason),
    };
  },
};

describe.each(Object.keys(WAITS))('%s', (name) => {
  it('rejects with RTC_TIMEOUT at its bound', async () => {
    const { wait, path, abort } = await WAITS[name]!();
    expect(await failure(wait({ timeout: 1 }))).toMatchObject({ code: 'RTC_TIMEOUT', path });
    abort(new Error('enough')); // nobody waits until all of it has arrived
  });

  it('rejects with RTC_ABORTED and the reason when its signal aborts, before or meanwhile', async () => {
    const { wait, path, abort } = await WAITS[name]!();
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const waiting = failure(wait({ signal: controller.signal }));
    controller.abort(reason);
    expect(await waiting).toMatchObject({ code: 'RTC_ABORTED', path, cause: reason });
    expect(await failure(wait({ signal: controller.signal }))).toMatchObject({ code: 'RTC_ABORTED' });
    abort(new Error('enough'));
  });

  it('rejects with the reason as cause when the handle is aborted', async () => {
    const { wait, path, abort } = await WAITS[name]!();
    const reason = new Error('enough');
    const waiting = failure(wait({}));
    abort(reason);
    expect(await waiting).toMatchObject({ code: 'RTC_ABORTED', path, cause: reason });
  });
});

describe('closed()', () => {
  it('rejects with RTC_TIMEOUT and RTC_ABORTED, and the handle lives on', async () => {
    const { connection } = lonely();
    expect(await failure(connection.closed({ timeout: 1 }))).toMatchObject({ code: 'RTC_TIMEOUT' });
    const aborted = AbortSignal.abort(new Error('no'));
    expect(await failure(connection.closed({ signal: aborted }))).toMatchObject({ code: 'RTC_ABORTED' });
    expect(connection.state).toBe('opening');
  });
});

describe('an end', () => {
  it('is one promise: close() and the scope wait for the same, and a later close() is silent', async () => {
    const { connection, near } = await pair();
    let closes = 0;
    near.on('close', () => closes++);
    await near.send('before the end');
    await Promise.all([near.close(), near.close(), connection.close(), near[Symbol.asyncDispose]()]);
    await near.close();
    expect(closes).toBe(1);
    expect(await near.closed()).toMatchObject({ by: 'local', undelivered: 0 });
  });

  it('makes every use reject or throw with a code and the path', async () => {
    const { connection, near } = await pair();
    const closing = near.close();
    expect(await failure(near.send('late'))).toMatchObject({ code: 'RTC_CLOSING', path: 'app/alice/chat' });
    await closing;
    const closed = { code: 'RTC_CLOSED', path: 'app/alice/chat' };
    expect(await failure(near.send('too late'))).toMatchObject(closed);
    expect(await failure(near.drained())).toMatchObject(closed);
    expect(() => near.trySend('too late')).toThrow(expect.objectContaining(closed));
    expect(near.state).toBe('closed');
    expect(near.bufferedAmount).toBe(0);
    await connection.close();
    const gone = { code: 'RTC_CLOSED', path: 'app/alice' };
    expect(() => connection.createDataChannel('late')).toThrow(expect.objectContaining(gone));
    expect(() => connection.setLocalDescription()).toThrow(expect.objectContaining(gone));
    expect(connection.connectionState).toBe('closed');
    expect(connection.localDescription()).toBeNull();
  });

  it('of the owner makes the close() of what it owned silent', async () => {
    const { connection, near } = await pair();
    await connection.close();
    await expect(near.close()).resolves.toBeUndefined();
    expect(await near.closed()).toMatchObject({ by: 'owner' });
    expect(connection.signal.aborted && near.signal.aborted).toBe(true);
  });

  it('of the scope makes its factories refuse, while it goes on and afterwards', async () => {
    const { connection } = lonely();
    const disposing = rtc.disposeAsync();
    expect(() => connection.createDataChannel('late')).toThrow(
      expect.objectContaining({ code: 'RTC_CLOSING' }),
    );
    await disposing;
    expect(() => rtc.createPeerConnection('late')).toThrow(
      expect.objectContaining({ code: 'RTC_SCOPE_DISPOSED' }),
    );
  });
});

it('closed() has no bound of its own, and keeps the one it is given', async () => {
  const clock = new ManualClock();
  const root = new RtcRuntime({ native: createFakeBinding(), clock }).scope('manual');
  const connection = root.createPeerConnection('pc');
  let ended = false;
  const closed = connection.closed().then((info) => {
    ended = true;
    return info;
  });
  const bounded = failure(connection.closed({ timeout: 100 }));
  clock.advance(3_600_000);
  await clock.settle();
  expect(await bounded).toMatchObject({ code: 'RTC_TIMEOUT', path: 'manual/pc' });
  expect(ended).toBe(false);
  await clock.runUntil(root.disposeAsync());
  expect(await closed).toMatchObject({ by: 'owner' });
});
