import { type DataChannel, RtcRuntime, type TeardownReport } from 'scoped-rtc';
import { createFakeBinding, loopbackPair, ManualClock } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { flattenSuppressed, rejectionOf, thrownBy } from '../support/rejection.js';

function newTree(timeout = 1000) {
  const clock = new ManualClock();
  const runtime = new RtcRuntime({ native: createFakeBinding(), clock, teardownTimeout: timeout });
  const reports: TeardownReport[] = [];
  runtime.on('teardown', (report) => reports.push(report));
  return { clock, runtime, root: runtime.scope('app'), reports };
}

const never = () => new Promise<void>(() => {});

test('a farewell is sent over channels that were made later, in forks too, and arrives', async () => {
  const { clock, root } = newTree();
  const channels: DataChannel[] = [];
  root.beforeEnd((signal) => Promise.all(channels.map((channel) => channel.send('bye', { signal }))));
  const received: unknown[] = [];
  for (const name of ['one', 'two']) {
    const { near, far } = await clock.runUntil(loopbackPair(root.fork(name)));
    channels.push(near);
    far.on('message', (message) => received.push(`${name} ${message}`));
  }
  await clock.runUntil(root.disposeAsync());
  expect(received.sort()).toEqual(['one bye', 'two bye']);
});

test('it runs before everything else, once, at the same time as others; the scope takes nothing more', async () => {
  const { clock, root, reports } = newTree();
  const log: string[] = [];
  root.signal.addEventListener('abort', () => log.push('signal'));
  root.beforeEnd(() => new Promise((resolve) => void clock.after(20, () => resolve(log.push('older')))));
  const fork = root.fork('fork');
  fork.beforeEnd(() => log.push(`fork at ${clock.now()}`));
  fork.defer(() => log.push('entry'));
  root.beforeEnd(
    (signal) => {
      log.push(`newer, aborted: ${signal.aborted}, fork: ${fork.disposed}`);
      log.push((thrownBy(() => root.fork('late')) as { code?: string }).code ?? '');
      log.push((thrownBy(() => fork.defer(() => {})) as { code?: string }).code ?? '');
      log.push((thrownBy(() => root.beforeEnd(() => {})) as { code?: string }).code ?? '');
    },
    { name: 'farewell' },
  );
  await clock.runUntil(root.disposeAsync());
  expect(log).toEqual([
    'signal',
    'newer, aborted: false, fork: false',
    'RTC_SCOPE_DISPOSED',
    'RTC_CLOSING',
    'RTC_SCOPE_DISPOSED',
    'older',
    'fork at 20',
    'entry',
  ]);
  expect(reports[0]?.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
    'app/farewell beforeEnd',
    'app/beforeEnd beforeEnd',
    'app/fork/beforeEnd beforeEnd',
    'app/fork/defer entry',
    'app/fork scope',
    'app scope',
  ]);
});

test.each([
  ['half of the time by default', {}, 500],
  ['its own timeout', { timeout: 100 }, 100],
  ['its own timeout, at most that of the teardown', { timeout: 5000 }, 1000],
])('one that hangs has %s; the rest goes on, and it is reported', async (_, options, ms) => {
  const { clock, root, reports } = newTree(1000);
  let ranAt: number | undefined;
  let reason: unknown;
  root.defer(() => (ranAt = clock.now()));
  root.beforeEnd((signal) => {
    signal.addEventListener('abort', () => (reason = signal.reason));
    return never();
  }, options);
  const error = await rejectionOf(clock.runUntil(root.disposeAsync()));
  expect(error).toMatchObject({ code: 'RTC_TIMEOUT', path: 'app/beforeEnd' });
  expect(reason).toBe(error);
  expect(ranAt).toBe(ms);
  expect(reports[0]?.[0]).toMatchObject({ path: 'app/beforeEnd', outcome: 'forced', endedAt: ms });
});

test('what it throws is an error of the teardown, which goes on', async () => {
  const { clock, root } = newTree();
  const errors = [new Error('sync'), new Error('async'), new Error('entry')];
  root.defer(() => Promise.reject(errors[2]));
  root.beforeEnd(() => Promise.reject(errors[1]));
  root.beforeEnd(() => {
    throw errors[0];
  });
  expect(flattenSuppressed(await rejectionOf(clock.runUntil(root.disposeAsync())))).toEqual(errors.reverse());
});

test('it goes with its disposable, and moves with the scope', async () => {
  const { clock, root } = newTree();
  const calls: string[] = [];
  const taken = root.beforeEnd(() => calls.push('taken back'));
  root.beforeEnd(() => {
    calls.push('kept');
    lateTaken[Symbol.dispose]();
  });
  const lateTaken = root.fork('fork').beforeEnd(() => calls.push('taken back in the teardown'));
  taken[Symbol.dispose]();
  taken[Symbol.dispose]();
  const moved = root.move();
  await clock.runUntil(moved.disposeAsync());
  expect(calls).toEqual(['kept']);
  expect(clock.now()).toBe(0);
});
