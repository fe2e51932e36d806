import { RtcRuntime, type TeardownReport } from 'scoped-rtc';
import { createFakeBinding, loopbackPair, ManualClock } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';

/** A channel that cannot drain: nothing leaves it. */
async function stuckChannel(timeout = 2000) {
  const clock = new ManualClock();
  const native = createFakeBinding();
  const runtime = new RtcRuntime({ native, clock, teardownTimeout: 60_000 });
  const reports: TeardownReport[] = [];
  runtime.on('teardown', (report) => reports.push(report));
  const root = runtime.scope('app', { timeout });
  const pair = await clock.runUntil(loopbackPair(root));
  native.faults.block = true;
  pair.near.send('never leaves').catch(() => {});
  const begun = clock.now();
  return { clock, native, runtime, root, reports, ...pair, elapsed: () => clock.now() - begun };
}

test.each([
  ['a shorter timeout', () => ({ timeout: 100 }), 100],
  ['no time at all', () => ({ timeout: 0 }), 0],
  ['a signal that is aborted', () => ({ signal: AbortSignal.abort() }), 0],
  ['a longer timeout', () => ({ timeout: 60_000 }), 8000],
  ['nothing', () => undefined, 8000],
])('a second close() with %s', async (_, options, ms) => {
  const { clock, near, elapsed } = await stuckChannel();
  const first = near.close({ timeout: 8000 });
  await clock.runUntil(near.close(options()).catch(() => {}));
  expect(Math.abs(elapsed() - ms)).toBeLessThanOrEqual(20);
  await first.catch(() => {});
});

test('a second close() whose signal aborts later, and a listener that does not stay', async () => {
  const { clock, near, elapsed } = await stuckChannel();
  const abort = new AbortController();
  let listeners = 0;
  const { signal } = abort;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...args: Parameters<typeof add>) => void (listeners++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => void (listeners--, remove(...args));
  void near.close({ timeout: 8000 }).catch(() => {});
  const second = near.close({ signal }).catch(() => {});
  clock.after(300, () => abort.abort());
  await clock.runUntil(second);
  expect(elapsed()).toBeLessThan(320);
  expect(listeners).toBe(0);
});

test('close() of one handle in the teardown of its scope shortens that one and what it owns', async () => {
  const { clock, root, near, alice, bob, reports, native, elapsed } = await stuckChannel(2000);
  native.faults.block = ({ id }) => id >= 0;
  const disposal = root.disposeAsync();
  await clock.settle();
  void alice.close({ timeout: 100 });
  await clock.runUntil(disposal);
  const step = (path: string) => reports.at(-1)?.find((each) => each.path === path);
  expect(step(near.path)?.drainMs).toBeLessThanOrEqual(110);
  expect(step(bob.path)).toBeDefined();
  expect(elapsed()).toBeLessThan(4000);
});

test('abort() in a teardown forces that handle alone, and resolves when it has ended', async () => {
  const { clock, root, near, reports, runtime } = await stuckChannel(2000);
  let older = false;
  const fork = root.fork('fork');
  fork.defer(() => new Promise((resolve) => void clock.after(500, () => resolve((older = true)))));
  const closing = near.close({ timeout: 1900 }).catch(() => {});
  const disposal = root.disposeAsync();
  await clock.settle();
  await clock.runUntil(near.abort(new Error('enough')));
  expect(near.state).toBe('closed');
  expect(older).toBe(false);
  await clock.runUntil(Promise.all([disposal, closing]));
  expect(older).toBe(true);
  expect(reports.at(-1)?.find(({ path }) => path === 'app/fork/defer')?.outcome).toBe('closed');
  expect(runtime.state).toBe('idle');
});

test('abort() returns the one end, for every caller, and never rejects', async () => {
  const { clock, near, root } = await stuckChannel();
  const first = near.abort(new Error('one'));
  const second = near.abort();
  expect(first).toBeInstanceOf(Promise);
  await clock.runUntil(Promise.all([first, second]));
  expect(await near.closed()).toMatchObject({ by: 'local', reason: { message: 'one' } });
  await near.abort();
  await clock.runUntil(root.disposeAsync());
});

test('what the peer ends is bounded by the scope that owns it', async () => {
  const { clock, near, bob, alice, elapsed } = await stuckChannel(300);
  void bob.abort();
  await clock.runUntil(Promise.all([near.closed(), alice.closed()]));
  expect(elapsed()).toBeLessThan(1500);
});
