import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Child } from '../support/child.js';
import { installed, runExample, runInTypeScript } from './example-process.js';

const LIMIT_MS = 90_000;

test(
  'the quickstart connects two peers, ends with their talk and exits by itself',
  async () => {
    const { code, stdout, stderr } = await runInTypeScript('quickstart');
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      'alice says: hello',
      'bob says: hello!',
      'alice says: how are you',
      'bob says: how are you!',
      'alice says: bye',
      'bob says: bye!',
      'runtime: idle, native cleanups: 1',
      '',
    ]);
    expect(code).toBe(0);
  },
  LIMIT_MS,
);

test(
  'an exception in mid-transfer tears down in order, cleans up once and ends with its own error',
  async () => {
    const { code, stdout, stderr } = await runExample('exception');
    expect(stderr).toContain('DiskFullError: no space left after 2.0 MiB');
    const torn = stdout
      .split('\n')
      .map((line) => /^ +\d+ {2}transfer\/(\S+) .* (closed|forced|failed) /.exec(line))
      .filter((match) => match !== null);
    expect(torn.filter(([, , outcome]) => outcome !== 'closed')).toEqual([]);
    const order = torn.map(([, path]) => path);
    for (const peer of ['alice', 'bob']) {
      expect(order.indexOf(`${peer}/file`)).toBeGreaterThanOrEqual(0);
      expect(order.indexOf(`${peer}/file`)).toBeLessThan(order.indexOf(peer));
      expect(order.indexOf(peer)).toBeLessThan(order.indexOf(`${peer}-signaling`));
      expect(order.indexOf(`${peer}-signaling`)).toBeLessThan(order.indexOf('signaling-server'));
    }
    expect(order.at(-1)).toBe('cleanup');
    expect(stdout).toContain('native cleanups: 1\n');
    expect(stdout).toContain('library threads: 0\n');
    expect(stdout).not.toContain('undelivered');
    expect(code).toBe(1);
  },
  LIMIT_MS,
);

test(
  'the injected runtime is the real library in production and a binding in memory in the self-test',
  async () => {
    const production = await runExample('injection');
    expect(production).toMatchObject({ code: 0, stdout: 'production: HELLO\n', stderr: '' });
    const selfTest = await runExample('injection', '--self-test');
    expect(selfTest.stderr).toBe('');
    expect(selfTest.stdout.match(/one cleanup/g)).toHaveLength(2);
    expect(selfTest.code).toBe(0);
  },
  LIMIT_MS,
);

test('a runtime is a provider in the manner of NestJS', async () => {
  expect(await runExample('injection/nest')).toMatchObject({ code: 0, stdout: 'HELLO\n', stderr: '' });
});

test('the tests of the example for vitest pass', async () => {
  const { folder } = await installed();
  const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
  const environment = Object.fromEntries(
    Object.keys(process.env).flatMap((name) => (name.startsWith('VITEST') ? [[name, undefined]] : [])),
  );
  const { code, stdout, stderr } = await new Child(vitest, ['run', 'examples/testing/vitest.test.ts'], {
    folder,
    environment,
  }).ended;
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toMatch(/Tests .*3 passed/);
});

test('an example imports what the package brings, or says the command that installs the rest', () => {
  const root = new URL('../../examples/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(ts|mjs)$/.test(file),
  );
  expect(files.length).toBeGreaterThan(20);
  const needed = (file: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(file)) return new Set();
    seen.add(file);
    const packages = new Set<string>();
    for (const [, name = ''] of readFileSync(new URL(file, root), 'utf8').matchAll(/ from '([^']+)'/g)) {
      if (name.startsWith('.')) {
        const next = join(file, '..', name.replace(/\.js$/, '.ts'));
        for (const one of needed(next, seen)) packages.add(one);
      } else if (name === 'scoped-rtc/signaling-server') packages.add('ws');
      else if (name === 'scoped-rtc/vitest') packages.add('vitest');
      else if (!/^(node:|scoped-rtc($|\/)|node-datachannel$)/.test(name))
        packages.add(name.replace('@jest/globals', 'jest'));
    }
    return packages;
  };
  // The programs say how they are started.
  const untold = files
    .filter((file) => / \* {5}(npx|node|NODE_OPTIONS)/.test(readFileSync(new URL(file, root), 'utf8')))
    .flatMap((file) => {
      const [, reported = ''] =
        /\* {5}npm install (.*)/.exec(readFileSync(new URL(file, root), 'utf8')) ?? [];
      return [...needed(file)]
        .filter((name) => !reported.split(' ').includes(name))
        .map((name) => `${file}: ${name}`);
    });
  expect(untold).toEqual([]);
});
