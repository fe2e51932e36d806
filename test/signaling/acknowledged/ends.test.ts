import { AcknowledgedChannel, type MessageTransport, RtcRuntime, webSocketSignaling } from 'scoped-rtc';
import { createFakeBinding, ManualClock } from 'scoped-rtc/testing';
import { describe, expect, it, vi } from 'vitest';
import { codeOf, until, within } from '../../support/event.js';
import { lossyLink } from './lossy-link.js';

function pair() {
  const { left, right } = lossyLink();
  return { alice: new AcknowledgedChannel(left), bob: new AcknowledgedChannel(right) };
}

const collected = (channel: AcknowledgedChannel): unknown[] => {
  const messages: unknown[] = [];
  channel.subscribe((message) => void messages.push(message));
  return messages;
};

describe('an iteration that is left', () => {
  it('ends a next() that waits, and leaves every message to whoever reads next', async () => {
    const { alice, bob } = pair();
    const left = bob[Symbol.asyncIterator]();
    const waiting = [left.next(), left.next()];
    await left.return?.();
    expect(await Promise.all(waiting)).toEqual([
      { value: undefined, done: true },
      { value: undefined, done: true },
    ]);
    const messages = collected(bob);
    for (const message of ['one', 'two']) await alice.send(message);
    expect(messages).toEqual(['one', 'two']);
    expect(await left.next()).toEqual({ value: undefined, done: true });
  });

  it('by throw() does the same, and another iteration goes on', async () => {
    const { alice, bob } = pair();
    const [left, stays] = [bob[Symbol.asyncIterator](), bob[Symbol.asyncIterator]()];
    const waiting = left.next();
    const next = stays.next();
    await expect(left.throw?.(new Error('mine'))).rejects.toThrow('mine');
    expect((await waiting).done).toBe(true);
    await alice.send('kept');
    expect(await next).toEqual({ value: 'kept', done: false });
  });
});

describe('a transport that throws', () => {
  const broken: MessageTransport = {
    send: () => {},
    subscribe: () => {
      throw new Error('cannot be subscribed to');
    },
  };

  it('when it is attached leaves the channel without one, and the next one works', async () => {
    const { left, right } = lossyLink();
    const [alice, bob] = [new AcknowledgedChannel(), new AcknowledgedChannel(right)];
    expect(() => alice.attach(broken)).toThrow('cannot be subscribed to');
    expect(alice.attached).toBe(false);
    const messages = collected(bob);
    const sent = alice.send('later');
    alice.attach(left);
    await sent;
    expect(messages).toEqual(['later']);
  });

  it('when a channel is made over it leaves no listener on the signal', () => {
    const controller = new AbortController();
    const add = vi.spyOn(controller.signal, 'addEventListener');
    expect(() => new AcknowledgedChannel(broken, { signal: controller.signal })).toThrow(
      'cannot be subscribed to',
    );
    expect(add).not.toHaveBeenCalled();
  });
});

describe('the end of an acknowledged channel', () => {
  it('comes at the shorter bound when close() is called again', async () => {
    const clock = new ManualClock();
    const alice = new AcknowledgedChannel(undefined, { clock });
    const sent = codeOf(alice.send('nobody is there', { timeout: Number.POSITIVE_INFINITY }));
    const closing = alice.close({ timeout: 8000 });
    void alice.close({ timeout: 100 });
    await clock.advance(100);
    await within(closing, 'the close');
    expect(await sent).toBe('RTC_UNDELIVERED');
    const other = new AcknowledgedChannel(undefined, { clock });
    void other.send('nobody is there').catch(() => {});
    const closingOther = other.close();
    void other.close({ signal: AbortSignal.abort() });
    await within(closingOther, 'the close');
  });

  it('is waited for without a bound, and abort() resolves when it is there', async () => {
    const clock = new ManualClock();
    const alice = new AcknowledgedChannel(undefined, { clock });
    const closed = alice.closed();
    await clock.advance(1_000_000);
    await alice.abort('enough');
    expect(await closed).toMatchObject({ by: 'local', reason: 'enough' });
  });

  it('leaves no rejection unhandled where the socket below fails to close', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const native = createFakeBinding();
    const scope = new RtcRuntime({ native }).scope('app');
    const server = scope.createWebSocketServer({ port: 8080 });
    const socket = () => scope.createWebSocket(`ws://127.0.0.1:${server.port}/`);
    const signaling = webSocketSignaling(socket, { room: 'room', peer: 'alice' });
    await until(() => server.connections > 0, 'the connection');
    native.faults.throwInClose = ({ kind }) => kind === 'WebSocket';
    await signaling.close({ timeout: 50 }).catch(() => {});
    await scope.disposeAsync().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

it('fake timers of a test do not hold up an acknowledgement', async () => {
  vi.useFakeTimers();
  try {
    const { alice, bob } = pair();
    const messages = collected(bob);
    await alice.send('through', { timeout: Number.POSITIVE_INFINITY });
    expect(messages).toEqual(['through']);
  } finally {
    vi.useRealTimers();
  }
});

it('a message with too many levels is refused where it is sent', async () => {
  const { alice, bob } = pair();
  const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
  const messages = collected(bob);
  expect(await codeOf(alice.send(nested(101)))).toBe('RTC_MESSAGE_TOO_LARGE');
  await alice.send(nested(100));
  expect(JSON.stringify(messages)).toBe(JSON.stringify([nested(100)]));
});
