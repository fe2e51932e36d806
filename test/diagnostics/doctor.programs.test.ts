import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check, DoctorReport } from '../../src/doctor/check.js';
import { faultOf, type Trial, unknownAbout } from '../../src/doctor/live-checks.js';
import { built } from '../package/packed.js';
import { type ChildEnd, runChild } from '../support/child.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IN_WORKER = fileURLToPath(new URL('programs/doctor-in-worker.mjs', import.meta.url));
const LONGEST_MS = 100_000;

const run = (folder: string, ...args: string[]): Promise<ChildEnd> =>
  runChild(process.execPath, args, { folder, timeout: LONGEST_MS });

const reportOf = ({ stdout, stderr }: ChildEnd) => {
  expect(stdout, stderr).toMatch(/^\{/);
  return JSON.parse(stdout) as DoctorReport & { code?: number };
};
const find = ({ checks }: DoctorReport, id: string) => checks.find((check) => check.id === id) as Check;
const failed = ({ checks }: DoctorReport) => checks.filter(({ status }) => status === 'fail');

const LIVE = [
  'combination',
  'loopback',
  'threads',
  'thread-guard',
  'H1',
  'H4',
  'H6',
  'H7',
  'H9',
  'H10',
  'H16',
];

let clone: string;
let cli: string;

beforeAll(async () => {
  clone = mkdtempSync(join(tmpdir(), 'doctor-'));
  await built();
  for (const part of ['src', 'dist', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, part), join(clone, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  cli = join(clone, 'dist/cli/main.js');
}, LONGEST_MS);

afterAll(() => rmSync(clone, { recursive: true, force: true }));

describe('scoped-rtc doctor', { timeout: LONGEST_MS }, () => {
  it('in a fresh clone: all is well', async () => {
    const ended = await run(clone, cli, 'doctor', '--json');
    const report = reportOf(ended);
    expect(failed(report)).toEqual([]);
    expect(ended.code).toBe(0);
    expect(report.healthy).toBe(true);
    expect(report.checks.map(({ id }) => id)).toEqual([
      'package',
      'node',
      'binding',
      'thread',
      'using',
      ...LIVE,
    ]);
    expect(find(report, 'node').data).toEqual({ version: process.version });
    expect(find(report, 'loopback').data).toMatchObject({
      connectMs: expect.any(Number),
      roundTripMs: expect.any(Number),
      cleanups: 1,
    });
    if (process.platform === 'linux') {
      expect(find(report, 'threads').data).toMatchObject({ threadsBefore: 0, threadsAfter: 0 });
      expect(find(report, 'threads').data?.threadsDuring).toBeGreaterThan(0);
    }
    expect(find(report, 'thread-guard').data).toMatchObject({ worker: 'RTC_WRONG_THREAD' });
  });

  // What differs from source is how the programs are found and started; all of them, twelve through a loader, take 10 s of a processor.
  it.each([['loopback'], ['thread-guard'], ['hazard', 'H1']])(
    'runs the program %s from source, too',
    async (program, ...args) => {
      const tried = `console.log(JSON.stringify(await (await import('./src/doctor/live-checks.ts')).runTrial(...${JSON.stringify([program, args])})))`;
      const { stdout, stderr } = await run(
        clone,
        ...['--import', 'tsx', '--input-type=module', '--eval', tried],
      );
      expect(faultOf(JSON.parse(stdout) as Trial), stderr).toBeUndefined();
    },
  );

  it('without the package of this platform: names it, and fails', async () => {
    const bare = join(clone, 'bare');
    const modules = join(bare, 'node_modules');
    mkdirSync(join(modules, 'node-datachannel'), { recursive: true });
    for (const part of ['dist', 'package.json']) {
      cpSync(join(ROOT, 'node_modules/node-datachannel', part), join(modules, 'node-datachannel', part), {
        recursive: true,
      });
      cpSync(join(clone, part), join(bare, part), { recursive: true });
    }
    for (const name of ['eventemitter3', 'detect-libc'])
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    // Packages would be found in the folders above.
    rmSync(join(clone, 'node_modules'));
    try {
      const program = join(bare, 'dist/cli/main.js');
      const ended = await run(bare, program, 'doctor', '--json');
      const report = reportOf(ended);
      expect(ended.code).toBe(1);
      expect(failed(report).map(({ id }) => id)).toEqual(['binding']);
      expect(find(report, 'binding').detail).toMatch(
        /@node-datachannel\/\S+, its package for this platform, is missing/,
      );
      expect(find(report, 'binding').mend).toContain('--omit=optional');
      expect(find(report, 'loopback').status).toBe('skip');

      const text = await run(bare, program, 'doctor');
      expect(text.code).toBe(1);
      expect(text.stdout).toContain('Not well: Binding.');

      rmSync(join(modules, 'node-datachannel'), { recursive: true });
      const none = reportOf(await run(bare, program, 'doctor', '--json'));
      expect(find(none, 'binding').detail).toBe('node-datachannel is not installed');
    } finally {
      symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    }
  });

  it('inside a worker: the one that may, and the one that may not', async () => {
    const first = reportOf(await run(clone, IN_WORKER, cli));
    expect(failed(first)).toEqual([]);
    expect(first.code).toBe(0);
    expect(find(first, 'thread')).toMatchObject({ status: 'warn', data: { isMainThread: false } });
    expect(find(first, 'thread').mend).toContain('the one RTC thread');

    const second = reportOf(await run(clone, IN_WORKER, cli, 'loaded'));
    expect(second.code).toBe(1);
    expect(failed(second).map(({ id }) => id)).toEqual(['thread']);
    expect(find(second, 'thread').detail).toContain('another thread of this process has loaded');
    // The library itself is well: it was tried in other processes. A busy machine is warned of.
    expect(find(second, 'loopback').status).toMatch(/^(ok|warn)$/);
  });

  it('prints how it is used', async () => {
    const wrong = await run(clone, cli, 'doctr');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('not a command: doctr');
    expect((await run(clone, cli, 'doctor', '--jsn')).code).toBe(2);
    const help = await run(clone, cli, '--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('--json');
  });
});

it('knows which combinations are known', () => {
  const known = { binding: '0.33.4', node: 20, platform: 'linux-x64-gnu' };
  expect(unknownAbout(known)).toEqual([]);
  expect(unknownAbout({ ...known, node: 19 })).toEqual(['Node 19']);
  expect(unknownAbout({ ...known, binding: '0.1.0' })).toEqual(['node-datachannel 0.1.0']);
  expect(unknownAbout({ ...known, platform: 'sunos-x64', node: 18 })).toEqual(['Node 18', 'sunos-x64']);
});
