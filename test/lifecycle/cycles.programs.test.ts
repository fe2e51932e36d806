import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';
import { NOTHING_LEFT } from '../support/nothing-left.js';

const program = new URL('./programs/cycles.ts', import.meta.url);
const CYCLES = 200;

it('200 cycles of acquire, connect, exchange and dispose leave nothing', async () => {
  const ended = await runChild(program, [String(CYCLES)], {
    timeout: 150_000,
    nodeArguments: ['--expose-gc'],
  });
  expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
  const result = ended.lines[0] as { left: { descriptors: number }; early: number; late: number };
  expect(result).toMatchObject({ cleanups: CYCLES, generation: CYCLES, left: NOTHING_LEFT });
  expect(result.left.descriptors).toBeLessThanOrEqual(0);
  expect(ended.exitedByItself).toBe(true);
}, 160_000);
