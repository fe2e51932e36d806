import { once } from 'node:events';
import { type DataChannel, RtcRuntime } from 'scoped-rtc';
import { createFakeBinding, ManualClock } from 'scoped-rtc/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MOST_WAITING, PendingEvents } from '../../src/resources/emitter.js';

let clock: ManualClock;
let runtime: RtcRuntime;
let channel: DataChannel;
const warned: Error[] = [];
const onWarning = (warning: Error) => void warned.push(warning);

beforeEach(() => {
  clock = new ManualClock();
  runtime = new RtcRuntime({ native: createFakeBinding(), clock });
  channel = runtime.scope('app').createPeerConnection('alice').createDataChannel('chat');
  warned.length = 0;
  process.on('warning', onWarning);
});
afterEach(async () => {
  process.off('warning', onWarning);
  await clock.runUntil(runtime.shutdown());
});

it('a listener of once() is called once, also when it emits the event itself', () => {
  const heard: unknown[] = [];
  channel.once('message', (message) => {
    heard.push(message);
    channel.emit('message', 'within');
  });
  channel.emit('message', 'first');
  channel.emit('message', 'second');
  expect(heard).toEqual(['first']);
});

it('many that follow the signal of a handle are no leak', async () => {
  const signal = channel.signal;
  const waits = Array.from({ length: 15 }, () => once(channel, 'message', { signal }).catch(() => {}));
  void channel.send('queued');
  const drained = Array.from({ length: 15 }, () => channel.drained().catch(() => {}));
  await new Promise((resolve) => setImmediate(resolve)); // warnings are emitted in the next turn
  expect(warned).toEqual([]);
  await channel.abort();
  await Promise.all([...waits, ...drained]);
});

it('drained() that was given up no longer asks how much is queued', async () => {
  void channel.send('queued');
  let looks = 0;
  Object.defineProperty(channel, 'bufferedAmount', { get: () => ++looks });
  const given = channel.drained({ timeout: 100 }).catch((error: { code?: string }) => error.code);
  await clock.runUntil(given);
  expect(await given).toBe('RTC_TIMEOUT');
  expect(looks).toBeGreaterThan(1);
  const before = looks;
  clock.advance(1000);
  await clock.settle();
  expect(looks).toBe(before);
});

it('of events that wait for their first listener, what there is no room for is handed to its owner', () => {
  let hasListener = false;
  const seen: unknown[] = [];
  const dropped: unknown[] = [];
  const pending = new PendingEvents(
    () => hasListener,
    (_, [n]) => seen.push(n),
    ([n]) => dropped.push(n),
  );
  for (let n = 0; n < MOST_WAITING + 3; n++) pending.emit('connection', n);
  expect(dropped).toEqual([0, 1, 2]);
  hasListener = true;
  expect(pending.waiting('connection')).toHaveLength(MOST_WAITING);
});

it('a client that waits longest for a listener of a server is closed with the reason where too many wait', async () => {
  const rtc = runtime.scope('served');
  const server = rtc.createWebSocketServer({ port: 0 });
  const clients = Array.from({ length: MOST_WAITING + 2 }, () =>
    rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`, { name: 'client' }),
  );
  await clock.runUntil(Promise.all(clients.map((client) => client.opened())));
  await clock.runUntil(
    (async () => {
      while (server.connections > MOST_WAITING) await new Promise((resolve) => setImmediate(resolve));
    })(),
  );
  expect(server.connections).toBe(MOST_WAITING);
});
