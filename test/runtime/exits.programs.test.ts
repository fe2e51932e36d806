import { describe, expect, it } from 'vitest';
import { Child, type ChildEnd, runChild } from '../support/child.js';

const program = new URL('./programs/exits.ts', import.meta.url);
const unreported = new URL('./programs/unreported-exit.ts', import.meta.url);
const reported = (ended: ChildEnd) => Object.assign({}, ...ended.lines) as Record<string, unknown>;
const CLEAN = { cleanups: 1, threads: 0 };

describe('a process that ends under traffic', () => {
  it.each([
    ['exit', 7, 'app/far'],
    ['uncaught', 1, 'app/far'],
    ['unhandled', 1, 'app/far'],
    ['twoRoots', 0, 'two/far'],
  ])('by %s: one cleanup, exit code %i, and what was open is named', async (way, code, open) => {
    const ended = await runChild(program, [way]);
    expect(ended, ended.stderr).toMatchObject({ code, signal: null });
    expect(reported(ended)).toMatchObject(CLEAN);
    expect(reported(ended).leak).toContain(open);
  });

  it('by an exception that leaves the block: torn down in order, nothing open, exit code 1', async () => {
    const ended = await runChild(program, ['unwound']);
    expect(ended, ended.stderr).toMatchObject({ code: 1, signal: null });
    expect(ended.stderr).toContain('out of the block');
    expect(reported(ended)).toMatchObject(CLEAN);
    expect(reported(ended)).not.toHaveProperty('leak');
  });

  it('by exit, while a client connects to its server: at once, without the cleanup that it would block (H52)', async () => {
    const ended = await runChild(program, ['serving']);
    expect(ended, ended.stderr).toMatchObject({ code: 7, signal: null });
    expect(reported(ended)).toMatchObject({ cleanups: 0, held: 0 });
    expect(reported(ended).ms).toBeLessThan(5000); // the library's own wait is ten seconds
    expect(reported(ended).leak).toContain('app/server');
  });

  it.each([
    ['madeAtExit', 0, { nothingOpen: 'RTC_INVALID_STATE' }],
    ['madeBeforeOurs', 7, { before: 'RTC_INVALID_STATE', ...CLEAN }],
    [
      'madeAfterOurs',
      7,
      { afresh: 'RTC_INVALID_STATE', inScope: 'RTC_INVALID_STATE', onConnection: 'RTC_NATIVE', ...CLEAN },
    ],
  ])(
    '%s: what a handler of exit makes is refused, and the process is not aborted',
    async (way, code, seen) => {
      const ended = await runChild(program, [way]);
      expect(ended, ended.stderr).toMatchObject({ code, signal: null });
      expect(reported(ended)).toMatchObject(seen);
    },
  );

  it('that is a worker: what was open is named, the process lives', async () => {
    const ended = await runChild(unreported, ['worker']);
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
    expect(reported(ended)).toEqual({ cleanups: 1, ended: 7 });
    expect(ended.stderr).toMatch(/RTC_OPEN_AT_EXIT.*app\/alice/);
  });

  it('with its error output closed: cleaned up all the same', async () => {
    const ended = await runChild(unreported, ['muted']);
    expect(ended, ended.stderr).toMatchObject({ code: 7, signal: null });
    expect(reported(ended)).toEqual({ cleanups: 1 });
  });

  it('with two runtimes: nothing crashes, and no thread is left', async () => {
    const ended = await runChild(program, ['twoRuntimes']);
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
    expect(reported(ended)).toMatchObject({ threads: 0 });
  });
});

describe('signals', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s with handlers installed tears down, then exits with %i', async (signal, code) => {
    const child = new Child(program, ['signalHandlers']);
    await child.line('ready');
    child.kill(signal);
    const ended = await child.ended;
    expect(ended, ended.stderr).toMatchObject({ code, signal: null });
    expect(reported(ended)).toMatchObject({ tornDown: true, ...CLEAN });
    expect(reported(ended)).not.toHaveProperty('leak');
  });

  it('onShutdown comes first, and the exit code is the one that is given', async () => {
    const child = new Child(program, ['signalOptions']);
    await child.line('ready');
    child.kill('SIGTERM');
    const ended = await child.ended;
    expect(ended, ended.stderr).toMatchObject({ code: 3, signal: null });
    expect(reported(ended)).toMatchObject({
      onShutdown: 'SIGTERM',
      disposed: false,
      tornDown: true,
      ...CLEAN,
    });
    expect(ended.stderr).toContain('printed, and not in the way');
  });

  it('an onShutdown that hangs leaves half of the time for the teardown', async () => {
    const child = new Child(program, ['signalHangs']);
    await child.line('ready');
    child.kill('SIGINT');
    const ended = await child.ended;
    expect(ended, ended.stderr).toMatchObject({ code: 130, signal: null });
    expect(reported(ended)).toMatchObject({ tornDown: true, ...CLEAN });
    expect(ended.stderr).toContain('RTC_TIMEOUT');
  });

  it('with exit: false a second signal forces the shutdown, and the process ends when its other work is done', async () => {
    const child = new Child(program, ['signalNoExit']);
    await child.line('ready');
    child.kill('SIGTERM');
    await child.line('stuck');
    child.kill('SIGTERM');
    const ended = await child.ended;
    expect(ended, ended.stderr).toMatchObject({ code: 143, signal: null });
    expect(reported(ended)).toMatchObject({ after: true, listeners: 0, ...CLEAN });
  });

  it('a second signal exits at once, although the teardown is stuck, with one cleanup', async () => {
    const child = new Child(program, ['secondSignal']);
    await child.line('ready');
    child.kill('SIGTERM');
    await child.line('stuck');
    child.kill('SIGTERM');
    const ended = await child.ended;
    expect(ended, ended.stderr).toMatchObject({ code: 143, signal: null });
    expect(reported(ended)).toMatchObject(CLEAN);
  });

  it('without handlers a signal ends the process as always', async () => {
    const child = new Child(program, ['signalDefault']);
    await child.line('ready');
    child.kill('SIGTERM');
    expect(await child.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('the handlers go with their disposable', async () => {
    const ended = await runChild(program, ['handlersRemoved']);
    expect(reported(ended)).toMatchObject({ installed: 2, removed: 0, ...CLEAN });
    expect(ended).toMatchObject({ code: 0 });
  });
});

describe('root scopes', () => {
  it.each([
    ['overlapping', { between: 0, state: 'active', cleanups: 1, generation: 1, threads: 0 }],
    ['acquiredInDisposer', { between: 0, open: 'open', cleanups: 1, generation: 1, threads: 0 }],
    ['acquiredRightAfterCleanup', { cleanups: 2, generation: 2, threads: 0 }],
    ['concurrentRoots', { same: true, state: 'idle', threads: 0 }],
  ])('%s: one cleanup for each time the last one goes', async (way, expected) => {
    const ended = await runChild(program, [way]);
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
    expect(reported(ended)).toMatchObject(expected);
    expect(ended.exitedByItself).toBe(true);
  });
});
