import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Child } from '../support/child.js';

const program = fileURLToPath(new URL('programs/few-descriptors.ts', import.meta.url));

it.skipIf(process.platform !== 'linux')('a server that ran out of descriptors serves again', async () => {
  const script = `ulimit -n 1024; exec "${process.execPath}" --import tsx "${program}"`;
  const { code, lines, stderr } = await new Child('bash', ['-c', script]).ended;
  expect(code, stderr).toBe(0);
  expect(Object.assign({}, ...lines)).toMatchObject({
    ...{ before: true, wentDeaf: true, after: true, reported: '' },
    threadsLeft: 0,
  });
});
