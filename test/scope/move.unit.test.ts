import { RtcRuntime, RtcScope } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';

const newRuntime = () => new RtcRuntime({ native: createFakeBinding() });

test('move empties the scope into a new one of the same kind, in order, and disposes nothing', async () => {
  const scope = newRuntime().scope('x');
  const log: number[] = [];
  for (const n of [1, 2, 3]) scope.defer(() => log.push(n));
  const heir = scope.move();
  expect(heir).toBeInstanceOf(RtcScope);
  expect(heir).not.toBe(scope);
  expect(scope.disposed).toBe(true);
  expect(heir.disposed).toBe(false);
  expect(log).toEqual([]);
  await scope.disposeAsync();
  expect(log).toEqual([]);
  heir.defer(() => log.push(4));
  await heir.disposeAsync();
  expect(log).toEqual([4, 3, 2, 1]);
});

test('a moved scope can be moved no more and takes nothing more', () => {
  const scope = newRuntime().scope('x');
  const heir = scope.move();
  for (const call of [() => scope.move(), () => scope.use(null), () => scope.defer(() => {})]) {
    expect(call).toThrow(ReferenceError);
  }
  return heir.disposeAsync();
});

test('a moved root keeps the claim on the library: cleanup runs once, after the heir', async () => {
  const native = createFakeBinding();
  const runtime = new RtcRuntime({ native });
  const scope = runtime.scope('app');
  const connection = scope.createPeerConnection('alice');
  const heir = scope.move();
  await scope.disposeAsync();
  expect(native.cleanups).toBe(0);
  expect(runtime.state).toBe('active');
  expect(heir.path).toBe('app');
  expect(connection.path).toBe('app/alice');
  const later = heir.createPeerConnection('bob');
  await heir.disposeAsync();
  expect([connection.state, later.state]).toEqual(['closed', 'closed']);
  expect(native.cleanups).toBe(1);
  expect(native.violations).toEqual([]);
  expect(runtime).toMatchObject({ state: 'idle', generation: 1, cleanups: 1 });
});

test('a moved fork keeps its path and its place among its siblings', async () => {
  const runtime = newRuntime();
  const paths: string[] = [];
  runtime.on('teardown', (report) => paths.push(...report.map((step) => step.path)));
  const root = runtime.scope('app');
  const older = root.fork('older');
  const middle = root.fork('middle');
  root.fork('newer');
  const pc = middle.createPeerConnection('pc');
  const heir = middle.move();
  expect(heir.path).toBe('app/middle');
  expect(pc.path).toBe('app/middle/pc');
  heir.fork('below');
  older.createPeerConnection('pc');
  await root.disposeAsync();
  expect(paths).toEqual([
    'app/newer',
    'app/middle/below',
    'app/middle/pc',
    'app/middle',
    'app/older/pc',
    'app/older',
    'app/cleanup',
    'app',
  ]);
  expect(heir.disposed).toBe(true);
});

test('a moved fork keeps the dependencies between its branch and others', async () => {
  const runtime = newRuntime();
  const paths: string[] = [];
  runtime.on('teardown', (report) => paths.push(...report.map((step) => step.path)));
  const root = runtime.scope('app');
  const first = root.fork('first');
  const second = root.fork('second');
  const a = first.createPeerConnection('a');
  const b = second.createPeerConnection('b');
  a.dependsOn(b);
  first.move();
  second.move();
  await root.disposeAsync();
  expect(paths).toEqual(['app/first/a', 'app/first', 'app/second/b', 'app/second', 'app/cleanup', 'app']);
  expect(paths).toHaveLength(6);
});

test('the name of a moved fork stays taken, and is free once the heir has ended', async () => {
  await using root = newRuntime().scope('app');
  const heir = root.fork('a').move();
  expect(root.fork('a').path).toBe('app/a#2');
  await heir.disposeAsync();
  expect(root.fork('a').path).toBe('app/a');
});

test('the signal that was given tears down the heir, not the empty scope', async () => {
  const abort = new AbortController();
  const root = newRuntime().scope('app');
  const heir = root.fork('a', { signal: abort.signal }).move();
  const disposed = new Promise<void>((resolve) => heir.defer(resolve));
  abort.abort();
  await disposed;
  expect(heir.disposed).toBe(true);
  expect(root.disposed).toBe(false);
  await root.disposeAsync();
});

test('the own signal stays quiet when the scope is moved and aborts when the heir ends', async () => {
  const scope = newRuntime().scope('app');
  const { signal } = scope;
  const heir = scope.move();
  expect(signal.aborted).toBe(false);
  expect(heir.signal).toBe(signal);
  await heir.disposeAsync();
  expect(signal.aborted).toBe(true);
});
