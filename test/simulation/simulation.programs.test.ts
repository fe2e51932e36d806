import { expect, test } from 'vitest';
import { type ChildEnd, runChild } from '../support/child.js';

const program = new URL('../../verify/simulation/run.ts', import.meta.url);
/** Fixed; `npm run search` takes others. */
const SEEDS = ['--seed', '1', '--count', '300', '--workers', '2', '--json'];

test('whatever two processes do to each other, nothing is lost in silence, hangs or stays, and the same seeds give the same runs', async () => {
  const [one, other] = await Promise.all([runChild(program, SEEDS), runChild(program, SEEDS)]);
  const end = ({ lines }: ChildEnd) => lines.find((line) => 'digests' in line);
  expect(end(one), one.stdout).toMatchObject({ done: 300, failed: 0 });
  expect(end(other)?.digests).toEqual(end(one)?.digests);
});

test('whatever the order in which two ends of a channel hear of things, both end, and what is lost is told', async () => {
  const { lines, stderr } = await runChild(
    new URL('../../verify/simulation/exhaust.ts', import.meta.url),
    ['--json'],
    {
      timeout: 110_000,
    },
  );
  expect(stderr).toBe('');
  expect(lines).toEqual([expect.objectContaining({ scenarios: 768, faults: 0 })]);
});
