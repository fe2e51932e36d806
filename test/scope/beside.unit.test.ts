import { RtcRuntime, type RtcScope, type TeardownReport } from 'scoped-rtc';
import { createFakeBinding, loopbackPair, ManualClock } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { flattenSuppressed, rejectionOf, thrownBy } from '../support/rejection.js';

function newTree(timeout = 1000) {
  const clock = new ManualClock();
  const native = createFakeBinding();
  const runtime = new RtcRuntime({ native, clock, teardownTimeout: timeout });
  const reports: TeardownReport[] = [];
  runtime.on('teardown', (report) => reports.push(report));
  const log: string[] = [];
  /** A disposer that takes `ms` milliseconds. */
  const takes = (name: string, ms: number) => () => {
    log.push(`${name} begins at ${clock.now()}`);
    return new Promise<void>((resolve) => {
      clock.after(ms, () => {
        log.push(`${name} ends at ${clock.now()}`);
        resolve();
      });
    });
  };
  return { clock, native, runtime, root: runtime.scope('app'), reports, log, takes };
}

const never = () => new Promise<void>(() => {});
const paths = (report: TeardownReport | undefined) => report?.map(({ path }) => path);
const times = (report: TeardownReport | undefined, path: string) => {
  const step = report?.find((each) => each.path === path);
  return [step?.outcome, step?.startedAt, step?.endedAt];
};

test('forks made one after the other end at the same time, begun newest first; what is older waits for all', async () => {
  const { clock, root, log, takes } = newTree();
  root.defer(takes('older', 10));
  for (const [name, ms] of [
    ['a', 30],
    ['b', 10],
    ['c', 20],
  ] as const) {
    root.fork(name).defer(takes(name, ms));
  }
  root.defer(takes('newer', 10));
  await clock.runUntil(root.disposeAsync());
  expect(log).toEqual([
    'newer begins at 0',
    'newer ends at 10',
    'c begins at 10',
    'b begins at 10',
    'a begins at 10',
    'b ends at 20',
    'c ends at 30',
    'a ends at 40',
    'older begins at 40',
    'older ends at 50',
  ]);
});

test('within each fork the order is strict, also in forks of forks', async () => {
  const { clock, root, log, takes } = newTree();
  for (const name of ['a', 'b']) {
    const fork = root.fork(name);
    fork.defer(takes(`${name} oldest`, 10));
    for (const inner of ['x', 'y']) fork.fork(inner).defer(takes(`${name}/${inner}`, 10));
    fork.defer(takes(`${name} newest`, 10));
  }
  await clock.runUntil(root.disposeAsync());
  const begins = log.filter((line) => line.includes('begins'));
  expect(begins).toEqual([
    'b newest begins at 0',
    'a newest begins at 0',
    'b/y begins at 10',
    'b/x begins at 10',
    'a/y begins at 10',
    'a/x begins at 10',
    'b oldest begins at 20',
    'a oldest begins at 20',
  ]);
});

test('a fork that never ends takes nothing from the others, and what is older is ended at the deadline', async () => {
  const { clock, root, reports, log, takes } = newTree(1000);
  root.defer(() => log.push(`older at ${clock.now()}`));
  root.fork('alive-1').defer(takes('alive-1', 5));
  root.fork('dead').defer(never);
  root.fork('alive-2').defer(takes('alive-2', 5));
  expect(await rejectionOf(clock.runUntil(root.disposeAsync()))).toMatchObject({
    code: 'RTC_TIMEOUT',
    path: 'app/dead/defer',
  });
  expect(times(reports[0], 'app/alive-1')).toEqual(['closed', 5, 5]);
  expect(times(reports[0], 'app/alive-2')).toEqual(['closed', 5, 5]);
  expect(times(reports[0], 'app/dead/defer')).toEqual(['forced', 0, 1000]);
  expect(log.at(-1)).toBe('older at 1000');
});

test('a fork with handles only does not wait for its neighbour either', async () => {
  const { clock, native, root, reports } = newTree(1000);
  const dead = await clock.runUntil(loopbackPair(root.fork('dead')));
  const begun = clock.now();
  native.faults.block = true;
  dead.near.send('never leaves').catch(() => {});
  root.fork('alive').createPeerConnection('pc', { disableAutoNegotiation: true });
  await clock.runUntil(root.disposeAsync());
  expect(times(reports[0], 'app/alive/pc')).toEqual(['closed', 0, 0]);
  expect(reports[0]?.find(({ path }) => path === 'app/dead')?.endedAt).toBeGreaterThanOrEqual(1000);
  expect(clock.now() - begun).toBeLessThan(3000);
});

test.each([
  ['entries', (fork: RtcScope) => fork.defer(never), 'app/room/dead/defer'],
  [
    'nothing but forks with entries',
    (fork: RtcScope) => fork.fork('inner').defer(never),
    'app/room/dead/inner/defer',
  ],
])('the timeout of a fork with %s bounds it inside the bound of its owner', async (_, fill, path) => {
  const { clock, root, reports } = newTree(5000);
  const room = root.fork('room', { timeout: 4000 });
  fill(room.fork('dead', { timeout: 100 }));
  room.fork('patient', { timeout: Number.POSITIVE_INFINITY }).defer(never);
  const error = await rejectionOf(clock.runUntil(root.disposeAsync()));
  expect(flattenSuppressed(error)).toHaveLength(2);
  expect(times(reports[0], path)).toEqual(['forced', 0, 100]);
  expect(times(reports[0], 'app/room/patient/defer')).toEqual(['forced', 0, 4000]);
  expect(clock.now()).toBe(4000);
  expect(clock.pending).toBe(0);
});

test('the timeout of a fork bounds its handles, also among the handles of its owner', async () => {
  const { clock, native, root, reports } = newTree(5000);
  const { near } = await clock.runUntil(loopbackPair(root.fork('dead', { timeout: 100 })));
  root.createPeerConnection('pc');
  native.faults.block = true;
  near.send('never leaves').catch(() => {});
  const begun = clock.now();
  await clock.runUntil(root.disposeAsync());
  expect(clock.now() - begun).toBeLessThan(1000);
  // Whether the step is `forced` is up to the library: its acknowledgement may come in the turn in which the time is over.
  const step = reports[0]?.find(({ path }) => path === near.path);
  expect(step).toMatchObject({ drainMs: 100, unconfirmed: { messages: 1 } });
});

test('a fork on which another depends waits for that one, the rest does not', async () => {
  const { clock, root, log, takes } = newTree();
  const forks = ['a', 'b', 'c', 'd'].map((name) => root.fork(name));
  const [a, b, , d] = forks.map((fork) => fork.createPeerConnection('pc'));
  forks.forEach((fork, index) => fork.defer(takes('abcd'[index]!, 10 * (index + 1))));
  a!.dependsOn(d!);
  b!.dependsOn(a!);
  await clock.runUntil(root.disposeAsync());
  expect(log.filter((line) => line.includes('begins'))).toEqual([
    'b begins at 0',
    'c begins at 0',
    'a begins at 20',
    'd begins at 30',
  ]);
});

test('forks with inTurn are in line with their neighbours, also when they were moved', async () => {
  const { clock, root, log, takes } = newTree();
  root.fork('a').defer(takes('a', 10));
  root.fork('b', { inTurn: true }).move().defer(takes('b', 10));
  root.fork('c', { inTurn: false }).defer(takes('c', 10));
  root.fork('d').defer(takes('d', 5));
  root.fork('empty', { inTurn: true });
  await clock.runUntil(root.disposeAsync());
  expect(log.filter((line) => line.includes('begins'))).toEqual([
    'd begins at 0',
    'c begins at 0',
    'b begins at 10',
    'a begins at 20',
  ]);
  expect(thrownBy(() => newTree().root.fork('x', { inTurn: 1 as never }))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => newTree().runtime.scope('x', { inTurn: true } as never))).toBeInstanceOf(TypeError);
});

test('a handle between two forks keeps them in line: each may need what is older', async () => {
  const { clock, root, reports, takes } = newTree();
  root.fork('a').defer(takes('a', 10));
  root.createPeerConnection('pc', { disableAutoNegotiation: true });
  root.fork('b').defer(takes('b', 10));
  await clock.runUntil(root.disposeAsync());
  expect(times(reports[0], 'app/b/defer')).toEqual(['closed', 0, 10]);
  expect(times(reports[0], 'app/pc')).toEqual(['closed', 10, 10]);
  expect(times(reports[0], 'app/a/defer')).toEqual(['closed', 10, 20]);
});

test.each([
  ['the newest is the slowest', [5, 10, 20]],
  ['the newest is the fastest', [20, 10, 5]],
])('report and errors have the same order whichever fork ends first: %s', async (_, delays) => {
  const { clock, root, reports, takes } = newTree();
  const errors = delays.map((ms, index) => {
    const error = new Error(`fork ${index}`);
    const fork = root.fork(`fork-${index}`);
    fork.defer(() => {
      throw error;
    });
    fork.defer(takes('', ms));
    return error;
  });
  const error = await rejectionOf(clock.runUntil(root.disposeAsync()));
  expect(flattenSuppressed(error)).toEqual(errors);
  expect(paths(reports[0])).toEqual([
    ...[2, 1, 0].flatMap((n) => [`app/fork-${n}/defer#2`, `app/fork-${n}/defer`, `app/fork-${n}`]),
    'app',
  ]);
  expect((error as { report?: unknown }).report).toBe(reports[0]);
});

test('forks may dispose each other on their way; two that wait for each other end with the deadline', async () => {
  const { clock, root, reports } = newTree(1000);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => root.fork(name));
  a!.defer(() => b!.disposeAsync());
  b!.defer(() => {});
  await clock.runUntil(root.disposeAsync());
  expect(clock.now()).toBe(0);
  const again = newTree(1000);
  const [x, y] = ['x', 'y'].map((name) => again.root.fork(name));
  x!.defer(() => y!.disposeAsync());
  y!.defer(() => x!.disposeAsync());
  const error = await rejectionOf(again.clock.runUntil(again.root.disposeAsync()));
  expect(error).toMatchObject({ code: 'RTC_TIMEOUT' });
  expect(again.clock.now()).toBe(1000);
  expect(again.runtime.state).toBe('idle');
  expect(paths(reports[0])).toContain(c!.path);
});

test('a fork that somebody else is ending is waited for, and its neighbours are not held up', async () => {
  const { clock, root, log, takes } = newTree(1000);
  root.defer(() => log.push(`older at ${clock.now()}`));
  root.fork('a').defer(takes('a', 10));
  const early = root.fork('early', { timeout: 10_000 });
  early.defer(takes('early', 50));
  const first = early.disposeAsync();
  await clock.runUntil(Promise.all([root.disposeAsync(), first]));
  expect(log).toEqual([
    'early begins at 0',
    'a begins at 0',
    'a ends at 10',
    'early ends at 50',
    'older at 50',
  ]);
});

test('a member that disposes its scope when it closes, and one that moves a fork in the teardown', async () => {
  const { clock, root, runtime } = newTree();
  const fork = root.fork('fork');
  const moved = root.fork('moved');
  const codes: unknown[] = [];
  fork.createPeerConnection('pc').on('close', () => {
    void fork.disposeAsync();
    void root.disposeAsync();
    codes.push((thrownBy(() => moved.move()) as { code?: string }).code);
  });
  await clock.runUntil(fork.disposeAsync());
  await clock.runUntil(root.disposeAsync());
  // The end of the fork may have begun, or, where this turn of the event loop has taken long, may be about to.
  expect(codes).toEqual([expect.stringMatching(/^RTC_(SCOPE_DISPOSED|CLOSING)$/)]);
  expect(runtime.state).toBe('idle');
});

test('shutdown() ends all roots at the same time, within the time it is given', async () => {
  const { clock, root, runtime, reports, takes } = newTree(5000);
  root.defer(takes('first', 10));
  runtime.scope('dead').defer(never);
  const late = runtime.scope('late');
  late.defer(never);
  const ending = rejectionOf(late.disposeAsync());
  expect(await rejectionOf(clock.runUntil(runtime.shutdown({ timeout: 100 })))).toMatchObject({
    path: 'dead/defer',
  });
  expect(await ending).toMatchObject({ code: 'RTC_TIMEOUT', path: 'late/defer' });
  expect(clock.now()).toBe(100);
  expect(times(reports[0], 'app/defer')).toEqual(['closed', 0, 10]);
});

test('2500 deep, with a disposer in each, with handles, and with timeouts that get shorter', async () => {
  const { clock, root, runtime, reports } = newTree(100_000);
  let scope = root;
  let ran = 0;
  for (let level = 0; level < 2500; level++) {
    scope = scope.fork('s', { timeout: 100_000 - level });
    if (level % 2 === 0) scope.defer(() => ran++);
    if (level % 100 === 0) scope.createPeerConnection('pc', { disableAutoNegotiation: true });
  }
  scope.defer(() => new Promise<void>((resolve) => void clock.after(50, resolve)));
  expect(runtime.snapshot().traffic.messagesSent).toBe(0);
  await clock.runUntil(root.disposeAsync());
  expect(ran).toBe(1250);
  expect(reports[0]?.length).toBe(2500 + 1250 + 25 + 1 + 2);
  expect(runtime.state).toBe('idle');
}, 60_000);

test('what is shown of a deep tree is shown to the end, and grows with its members, not with their square', async () => {
  const { clock, root, runtime } = newTree();
  let scope = root;
  for (let level = 0; level < 2500; level++) scope = scope.fork('s');
  scope.createPeerConnection('pc', { disableAutoNegotiation: true });
  const shown = runtime.inspect();
  expect(shown.length).toBeLessThan(2500 * 400);
  const lines = shown.split('\n');
  expect(lines).toHaveLength(2503);
  expect(lines.at(-1)).toContain('└─ pc  PeerConnection');
  await clock.runUntil(root.disposeAsync());
});
