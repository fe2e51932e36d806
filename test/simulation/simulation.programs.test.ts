import { expect, test } from 'vitest';
import { type ChildEnd, runChild } from '../support/child.js';

const program = new URL('../../verify/simulation/run.ts', import.meta.url);
const SEEDS = ['--seed', '1', '--count', '60', '--workers', '2', '--no-shrink', '--json'];

test('the same seeds give the same runs, to the last task', async () => {
  const [one, other] = await Promise.all([runChild(program, SEEDS), runChild(program, SEEDS)]);
  const end = ({ lines }: ChildEnd) => lines.find((line) => 'digests' in line);
  expect(end(one)).toMatchObject({ done: 60 });
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
