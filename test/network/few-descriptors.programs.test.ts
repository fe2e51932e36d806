import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Child } from '../support/child.js';

/** Runs a program that may have 1024 descriptors, and gives what it reported. */
async function run(name: string): Promise<Record<string, unknown>> {
  const program = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const script = `ulimit -n 1024; exec "${process.execPath}" --import tsx "${program}"`;
  const { code, lines, stderr } = await new Child('bash', ['-c', script]).ended;
  expect(code, stderr).toBe(0);
  return Object.assign({}, ...lines) as Record<string, unknown>;
}

describe.skipIf(process.platform !== 'linux')('in a process without file descriptors', () => {
  it('a server serves again when there are some', async () => {
    expect(await run('few-descriptors')).toMatchObject({
      ...{ before: true, wentDeaf: true, after: true, reported: '' },
      threadsLeft: 0,
    });
  });

  it('connections and sockets say so, and do not blame the peer', async () => {
    const said = expect.stringContaining('this process has no file descriptor left (EMFILE)');
    expect(await run('no-descriptor')).toEqual({
      ...{ channel: said, answer: said, socket: 'EMFILE' },
      ...{ warnings: [], threads: 0 },
    });
  });
});
