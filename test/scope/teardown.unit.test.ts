import { RtcRuntime, type TeardownReport } from 'scoped-rtc';
import { createFakeBinding, ManualClock } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { OwnedNode } from '../../src/scope/node.js';
import { teardown } from '../../src/scope/teardown.js';
import { flattenSuppressed, rejectionOf } from '../support/rejection.js';

function newTree(timeout = 1000) {
  const clock = new ManualClock();
  const native = createFakeBinding();
  const runtime = new RtcRuntime({ native, clock, teardownTimeout: timeout });
  const reports: { path: string; report: TeardownReport }[] = [];
  runtime.on('teardown', (report, path) => reports.push({ path, report }));
  return { clock, native, runtime, root: runtime.scope('app'), reports };
}

const never = () => new Promise<void>(() => {});
const outcomes = (report: TeardownReport) => report.map(({ path, outcome }) => `${path} ${outcome}`);

test('the report lists every member once, children before owners, with kind, outcome and time', async () => {
  const { clock, root, reports } = newTree();
  const fork = root.fork('fork');
  fork.createPeerConnection('pc', { disableAutoNegotiation: true }).createDataChannel('chat');
  root.defer(() => clock.advance(25));
  await clock.runUntil(root.disposeAsync());
  expect(reports).toHaveLength(1);
  const { path, report } = reports[0]!;
  expect(path).toBe('app');
  expect(report.map((step) => [step.path, step.kind, step.outcome, step.undelivered])).toEqual([
    ['app/defer', 'entry', 'closed', 0],
    ['app/fork/pc/chat', 'DataChannel', 'closed', 0],
    ['app/fork/pc', 'PeerConnection', 'closed', 0],
    ['app/fork', 'scope', 'closed', 0],
    ['app/cleanup', 'cleanup', 'closed', 0],
    ['app', 'scope', 'closed', 0],
  ]);
  expect(report[0]?.ms).toBe(25);
});

test('a report says what failed, and is a property of the error', async () => {
  const { clock, root, reports } = newTree();
  root.defer(() => Promise.reject(new Error('disposer')));
  root.createPeerConnection('pc');
  const error = await rejectionOf(clock.runUntil(root.disposeAsync()));
  const { report } = error as { report?: TeardownReport };
  expect(report).toEqual(reports[0]?.report);
  expect(outcomes(report!)).toEqual([
    'app/pc closed',
    'app/defer failed',
    'app/cleanup closed',
    'app closed',
  ]);
  expect(Object.keys(error as object)).not.toContain('report');
});

test('a disposer that never ends is given up at the deadline; the rest is torn down, cleanup too', async () => {
  const { clock, native, runtime, root, reports } = newTree(1000);
  root.createPeerConnection('older');
  const log: string[] = [];
  root.defer(async () => void log.push('older'));
  root.adopt('value', never);
  root.createPeerConnection('newer');
  const disposal = root.disposeAsync();
  await clock.settle();
  clock.advance(999);
  await clock.settle();
  expect(runtime.state).toBe('closing');
  clock.advance(1);
  const error = await rejectionOf(disposal);
  expect(error).toMatchObject({ code: 'RTC_TIMEOUT', path: 'app/adopt' });
  expect(log).toEqual(['older']);
  expect(outcomes(reports[0]!.report)).toContain('app/newer closed');
  expect(outcomes(reports[0]!.report)).toContain('app/adopt forced');
  expect(outcomes(reports[0]!.report)).toContain('app/defer closed');
  expect(reports[0]!.report.at(-1)).toMatchObject({ path: 'app', outcome: 'closed' });
  expect(native.cleanups).toBe(1);
  expect(native.violations).toEqual([]);
  expect(runtime.state).toBe('idle');
  expect(clock.pending).toBe(0);
});

test('the deadline is for the whole teardown, not for each disposer', async () => {
  const { clock, root } = newTree(1000);
  for (let n = 0; n < 5; n++) root.defer(never);
  const error = await rejectionOf(clock.runUntil(root.disposeAsync()));
  expect(flattenSuppressed(error)).toHaveLength(5);
  for (const each of flattenSuppressed(error)) expect(each).toMatchObject({ code: 'RTC_TIMEOUT' });
  expect(clock.now()).toBe(1000);
});

test('an error that comes after the deadline is nobody’s unhandled rejection', async () => {
  const { clock, root } = newTree(10);
  let fail: (error: Error) => void = () => {};
  root.defer(
    () =>
      new Promise((_, reject) => {
        fail = reject;
      }),
  );
  expect(await rejectionOf(clock.runUntil(root.disposeAsync()))).toMatchObject({ code: 'RTC_TIMEOUT' });
  fail(new Error('too late'));
  await clock.settle();
});

test('a disposer with nothing to wait for counts as ended, also past the deadline', async () => {
  const { root, reports } = newTree(0);
  const log: string[] = [];
  root.defer(async () => {
    await Promise.resolve();
    log.push('async');
  });
  root.defer(() => log.push('sync'));
  await root.disposeAsync();
  expect(log).toEqual(['sync', 'async']);
  expect(outcomes(reports[0]!.report)).toEqual(['app/defer#2 closed', 'app/defer closed', 'app closed']);
});

test('a fork obeys its own bound when it ends by itself, and the owner’s when that ends it', async () => {
  const { clock, root } = newTree(5000);
  const quick = root.fork('quick', { timeout: 100 });
  quick.defer(never);
  await rejectionOf(clock.runUntil(quick.disposeAsync()));
  expect(clock.now()).toBe(100);
  root.fork('patient', { timeout: Number.POSITIVE_INFINITY }).defer(never);
  expect(await rejectionOf(clock.runUntil(root.disposeAsync()))).toMatchObject({ code: 'RTC_TIMEOUT' });
  expect(clock.now()).toBe(5100);
});

test('a disposer that waits for its own scope ends with the deadline', async () => {
  const { clock, runtime, root } = newTree(1000);
  root.defer(() => root.disposeAsync());
  expect(await rejectionOf(clock.runUntil(root.disposeAsync()))).toMatchObject({ code: 'RTC_TIMEOUT' });
  expect(clock.now()).toBe(1000);
  expect(runtime.state).toBe('idle');
});

test('a disposer that disposes its own scope without waiting costs nothing', async () => {
  const { clock, root } = newTree(1000);
  root.defer(() => void root.disposeAsync());
  await root.disposeAsync();
  expect(clock.now()).toBe(0);
});

test('a disposer of a fork that waits for the root ends with the root’s deadline', async () => {
  const { clock, runtime, root } = newTree(1000);
  const fork = root.fork('fork', { timeout: 60_000 });
  fork.defer(() => root.disposeAsync());
  const error = await rejectionOf(clock.runUntil(fork.disposeAsync()));
  expect(error).toMatchObject({ code: 'RTC_TIMEOUT', path: 'app/fork/defer' });
  await clock.runUntil(root.disposeAsync());
  expect(clock.now()).toBe(1000);
  expect(runtime.state).toBe('idle');
});

test('the owner waits for a fork that is being torn down already, and gets no error of the fork', async () => {
  const { clock, root, reports } = newTree(1000);
  const fork = root.fork('fork');
  let release = () => {};
  fork.defer(async () => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    throw new Error('in the fork');
  });
  const first = rejectionOf(fork.disposeAsync());
  const second = root.disposeAsync();
  await clock.settle();
  expect(reports).toEqual([]);
  release();
  await clock.runUntil(second);
  expect(await first).toMatchObject({ message: 'in the fork' });
  expect(reports.map(({ path, report }) => [path, ...outcomes(report)])).toEqual([
    ['app/fork', 'app/fork/defer failed', 'app/fork closed'],
    ['app', 'app closed'],
  ]);
});

test('a teardown that begins between two steps of a fork’s own does not wait in a circle', async () => {
  // One of these microtasks falls between the end of the disposer and the claim of what is older.
  for (let tick = 0; tick < 12; tick++) {
    const { clock, native, runtime, root } = newTree(1000);
    const fork = root.fork('outer').fork('fork');
    fork.createPeerConnection('pc');
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    fork.defer(() => released);
    const inner = fork.disposeAsync();
    await clock.settle();
    release();
    for (let i = 0; i < tick; i++) await undefined;
    await clock.runUntil(Promise.all([inner, root.disposeAsync()]));
    expect(clock.now()).toBeLessThan(1000);
    expect(native.violations).toEqual([]);
    expect(runtime.state).toBe('idle');
  }
});

test('what a disposer closes on its way is closed once', async () => {
  const { clock, root, reports } = newTree();
  const pc = root.createPeerConnection('pc');
  const newer = root.createPeerConnection('newer');
  root.defer(() => pc.close());
  await clock.runUntil(Promise.all([root.disposeAsync(), newer.close(), newer.close()]));
  const steps = reports.flatMap(({ report }) => report.map((step) => step.path));
  expect([...steps].sort()).toEqual(['app', 'app/cleanup', 'app/defer', 'app/newer', 'app/pc']);
});

test('handles between two disposers are drained together and released in order', async () => {
  const { clock, root, reports } = newTree();
  for (const name of ['a', 'b']) root.createPeerConnection(name);
  root.defer(() => {});
  for (const name of ['c', 'd']) root.createPeerConnection(name);
  await clock.runUntil(root.disposeAsync());
  expect(outcomes(reports[0]!.report)).toEqual([
    'app/d closed',
    'app/c closed',
    'app/defer closed',
    'app/b closed',
    'app/a closed',
    'app/cleanup closed',
    'app closed',
  ]);
});

test('a native that never acknowledges its close is forced after a second and let go of by cleanup', async () => {
  const { clock, native, runtime, root, reports } = newTree(10_000);
  native.faults.neverAcknowledgeClose = true;
  root.createPeerConnection('pc');
  await clock.runUntil(root.disposeAsync());
  expect(outcomes(reports[0]!.report)).toEqual(['app/pc forced', 'app/cleanup closed', 'app closed']);
  expect(clock.now()).toBe(1000);
  expect(native.violations).toEqual([]);
  expect(runtime.snapshot().natives).toMatchObject({ held: 0, retained: 0 });
});

test('handles that drain together are all claimed before the first of them drains', async () => {
  const phases: string[] = [];
  const node = (name: string, drain?: () => undefined) =>
    new OwnedNode(name, 'handle', { ...(drain && { drain }), release: () => true });
  const root = new OwnedNode('root', 'scope', { turn: 'beside', release: () => true });
  const older = node('older');
  root.adoptNode(older);
  root.adoptNode(node('newer', () => void phases.push(older.phase)));
  const reports: TeardownReport[] = [];
  const host = {
    clock: new ManualClock(),
    tornDown: (_: OwnedNode, report: TeardownReport) => void reports.push(report),
  };
  await teardown(root, 'local', host, { timeout: 1000 });
  // A peer in the same scope notices that the first drains, and would end by itself, with a report of its own.
  expect(phases).toEqual(['ending']);
  expect(reports.map((report) => report.map(({ path }) => path))).toEqual([
    ['root/newer', 'root/older', 'root'],
  ]);
});
