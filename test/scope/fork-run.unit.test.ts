import { RtcRuntime, type RtcScope } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { flattenSuppressed, rejectionOf, thrownBy } from '../support/rejection.js';

const newScope = () => new RtcRuntime({ native: createFakeBinding() }).scope('app');

test('a fork is torn down with its owner, at its place in the order', async () => {
  const root = newScope();
  const log: string[] = [];
  root.defer(() => log.push('older'));
  const fork = root.fork('fork');
  fork.defer(() => log.push('in the fork'));
  root.defer(() => log.push('newer'));
  await root.disposeAsync();
  expect(log).toEqual(['newer', 'in the fork', 'older']);
  expect(fork.disposed).toBe(true);
});

test('a fork that ends on its own leaves its owner as it was and does not end again', async () => {
  const root = newScope();
  const fork = root.fork('fork');
  let count = 0;
  fork.defer(() => void count++);
  await fork.disposeAsync();
  expect(root.disposed).toBe(false);
  await root.disposeAsync();
  expect(count).toBe(1);
});

test('a scope takes no fork and no handle once its owner is being torn down', async () => {
  const root = newScope();
  const fork = root.fork('fork');
  const codes: unknown[] = [];
  root.defer(() => {
    for (const make of [
      () => fork.fork('x'),
      () => fork.defer(() => {}),
      () => fork.createPeerConnection('pc'),
    ]) {
      codes.push((thrownBy(make) as { code?: string }).code);
    }
  });
  await root.disposeAsync();
  expect(codes).toEqual(['RTC_CLOSING', 'RTC_CLOSING', 'RTC_CLOSING']);
  expect(thrownBy(() => fork.createPeerConnection('pc'))).toMatchObject({ code: 'RTC_SCOPE_DISPOSED' });
});

test('the error of a fork reaches who tears down its owner', async () => {
  const root = newScope();
  const error = new Error('in the fork');
  root.fork('fork').defer(() => Promise.reject(error));
  expect(await rejectionOf(root.disposeAsync())).toBe(error);
});

test('names are free text, paths are one line and unique among siblings', async () => {
  await using root = newScope();
  expect(root.fork('a').path).toBe('app/a');
  expect(root.fork('a').path).toBe('app/a#2');
  expect(root.fork('a').path).toBe('app/a#3');
  expect(root.fork('a#2').path).toBe('app/a#2#2');
  expect(root.fork('a/b\n').path).toBe('app/a_b_');
  expect(root.fork('a/b\n').name).toBe('a/b\n');
  expect(root.fork().path).toBe('app/scope-1');
  expect(root.fork().path).toBe('app/scope-2');
  expect(root.createPeerConnection('a').path).toBe('app/a#4');
  expect(root.fork('n'.repeat(500)).path.length).toBeLessThan(100);
});

test('a name is free again when its owner ended', async () => {
  await using root = newScope();
  await root.fork('a').disposeAsync();
  expect(root.fork('a').path).toBe('app/a');
  const pc = root.createPeerConnection('pc');
  await pc.close();
  expect(pc.path).toBe('app/pc');
  expect(root.createPeerConnection('pc').path).toBe('app/pc');
});

test('wrong names and options are refused before anything was made', async () => {
  await using root = newScope();
  expect(() => root.fork('')).toThrow(RangeError);
  expect(() => root.fork(null as never)).toThrow(TypeError);
  expect(() => root.fork('a', { timeout: -1 })).toThrow(RangeError);
  expect(() => root.fork('a', { timeout: Number.NaN })).toThrow(RangeError);
  expect(() => root.fork('a', { timeout: '5' as never })).toThrow(TypeError);
  expect(() => root.fork('a', { signal: {} as never })).toThrow(TypeError);
  expect(() => root.fork('a', 5 as never)).toThrow(TypeError);
  expect(root.fork('a').path).toBe('app/a');
});

test('run hands its scope to the body, returns what the body returned, and tears down before', async () => {
  const root = newScope();
  const log: string[] = [];
  const result = await root.fork('work').run(async (scope: RtcScope) => {
    scope.defer(() => log.push('disposed'));
    log.push(scope.path);
    return 42;
  });
  expect(result).toBe(42);
  expect(log).toEqual(['app/work', 'disposed']);
  await root.disposeAsync();
});

test('run tears down when the body throws, and chains the errors of both', async () => {
  const body = new Error('body');
  const disposer = new Error('disposer');
  expect(await rejectionOf(newScope().run(() => Promise.reject(body)))).toBe(body);
  let disposed = false;
  const throwing = newScope().run((scope) => {
    scope.defer(() => {
      disposed = true;
      throw disposer;
    });
    throw body;
  });
  expect(flattenSuppressed(await rejectionOf(throwing))).toEqual([disposer, body]);
  expect(disposed).toBe(true);
});

test('run refuses a body that is no function, and a disposed scope', async () => {
  const scope = newScope();
  expect(await rejectionOf(scope.run(5 as never))).toBeInstanceOf(TypeError);
  expect(scope.disposed).toBe(false);
  await scope.disposeAsync();
  expect(await rejectionOf(scope.run(() => {}))).toMatchObject({ code: 'RTC_SCOPE_DISPOSED' });
});

test('the signal aborts when the teardown begins, before the first disposer, with RTC_CLOSING', async () => {
  const root = newScope();
  const fork = root.fork('fork');
  const log: string[] = [];
  root.signal.addEventListener('abort', () => log.push('root aborts'));
  fork.signal.addEventListener('abort', () => log.push('fork aborts'));
  fork.defer(() => log.push('fork'));
  root.defer(() => log.push('root'));
  expect(root.signal.aborted).toBe(false);
  await root.disposeAsync();
  expect(log).toEqual(['root aborts', 'root', 'fork aborts', 'fork']);
  expect(root.signal.reason).toMatchObject({ code: 'RTC_CLOSING', path: 'app' });
});

test('a signal that is asked for only after the teardown is aborted', async () => {
  const root = newScope();
  await root.disposeAsync();
  expect(root.signal.aborted).toBe(true);
  expect(root.signal).toBe(root.signal);
});

test('aborting the given signal tears the scope down; its error waits for who leaves the block', async () => {
  const root = newScope();
  const abort = new AbortController();
  const fork = root.fork('fork', { signal: abort.signal });
  const error = new Error('disposer');
  fork.defer(() => Promise.reject(error));
  abort.abort();
  expect(fork.disposed).toBe(true);
  expect(await rejectionOf(fork.disposeAsync())).toBe(error);
  expect(root.disposed).toBe(false);
  await root.disposeAsync();
});

test('a signal that is aborted already tears the scope down in the next microtask', async () => {
  await using root = newScope();
  const fork = root.fork('fork', { signal: AbortSignal.abort() });
  expect(fork.disposed).toBe(false);
  await Promise.resolve();
  expect(fork.disposed).toBe(true);
});

test('no listener is left on a given signal when the scope has ended or was moved', async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal) as (...args: unknown[]) => void;
  const remove = signal.removeEventListener.bind(signal) as (...args: unknown[]) => void;
  signal.addEventListener = (...args: unknown[]) => {
    listeners.add(args[1]);
    add(...args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners.delete(args[1]);
    remove(...args);
  };
  const root = newScope();
  root.fork('by the owner', { signal });
  await root.fork('by itself', { signal }).disposeAsync();
  root.fork('moved', { signal }).move();
  expect(listeners.size).toBe(2);
  await root.disposeAsync();
  expect(listeners.size).toBe(0);
});
