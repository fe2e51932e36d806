import { expect, test } from 'vitest';
import { runExample } from './example-process.js';

const LIMIT_MS = 90_000;

test(
  'the quickstart connects two peers, ends with their talk and exits by itself',
  async () => {
    const { code, stdout, stderr } = await runExample('quickstart');
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
    const production = await runExample('runtime-injection');
    expect(production).toMatchObject({ code: 0, stdout: 'production: HELLO\n', stderr: '' });
    const selfTest = await runExample('runtime-injection', '--self-test');
    expect(selfTest.stderr).toBe('');
    expect(selfTest.stdout.match(/one cleanup/g)).toHaveLength(2);
    expect(selfTest.code).toBe(0);
  },
  LIMIT_MS,
);
