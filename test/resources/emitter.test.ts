import { EventEmitter, on, once } from 'node:events';
import { type AnyHandle, RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, it as test } from 'vitest';
import { it } from 'scoped-rtc/vitest';
import { connectedPair } from '../support/connected-pair.js';
import { within } from '../support/event.js';

it('once() and on() of node:events take a handle', async ({ rtc }) => {
  const { near, far, alice } = await connectedPair(rtc);
  const next = once(far, 'message');
  await near.send('hello');
  expect(await within(next, 'the message')).toEqual(['hello']);
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const [message] of on(far, 'message')) if (seen.push(message) === 3) return;
  })();
  for (const message of ['a', 'b', 'c']) await near.send(message);
  await within(reading, 'three messages');
  expect(seen).toEqual(['a', 'b', 'c']);
  expect([far.listenerCount('message'), far.listenerCount('error')]).toEqual([0, 0]);
  const gone = new AbortController();
  const abandoned = once(far, 'message', { signal: gone.signal });
  gone.abort();
  await expect(abandoned).rejects.toMatchObject({ name: 'AbortError' });
  const ended = once(alice, 'close');
  await alice.close();
  expect(await ended).toMatchObject([{ by: 'local' }]);
});

/** What happens to an emitter that has the events `teardown` and `leak`. */
function script(emitter: NodeJS.EventEmitter): unknown[] {
  const log: unknown[] = [];
  const named =
    (name: string) =>
    (...args: unknown[]) =>
      void log.push([name, ...args]);
  const [a, b, c, d] = [named('a'), named('b'), named('c'), named('d')];
  const counts = () =>
    log.push([emitter.listenerCount('leak'), emitter.eventNames(), emitter.listeners('leak').length]);
  emitter.on('leak', a).prependOnceListener('leak', b).once('leak', c).addListener('leak', a);
  emitter.prependListener('leak', d);
  log.push(emitter.listeners('leak').map((each) => [a, b, c, d].indexOf(each as typeof a)));
  counts();
  log.push(emitter.emit('leak', 1), emitter.emit('teardown'), emitter.emit('leak', 1, 2));
  counts();
  emitter.off('leak', a).emit('leak', 3);
  emitter.once('leak', function again() {
    log.push('again');
    emitter.emit('leak', 4); // is no longer called
  });
  emitter.emit('leak', 5);
  emitter.on('teardown', b).removeAllListeners('leak');
  counts();
  emitter.removeAllListeners();
  counts();
  return log;
}

test('listeners come, go and are called as those of node:events', () => {
  const runtime = new RtcRuntime({ native: createFakeBinding() });
  expect(script(runtime)).toEqual(script(new EventEmitter()));
  expect(runtime.setMaxListeners(1).getMaxListeners()).toBe(0);
  const any: AnyHandle[] = [];
  const emitters: NodeJS.EventEmitter[] = [runtime, ...any]; // compiles
  expect(emitters).toHaveLength(1);
});
