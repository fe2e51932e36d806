import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';
import { NOTHING_LEFT } from './programs/leftovers.js';

const program = new URL('./programs/cycles.ts', import.meta.url);
const CYCLES = 200;

/**
 * What the heap may have grown by in 180 cycles. A leak of one wrapper, handle or closure a cycle keeps a scope
 * with six handles alive, which is far more than 10 kB; compiled code and inline caches, which Node keeps in the
 * same heap, still grow by some hundred kB after cycle 20.
 */
const NOISE_BYTES = 180 * 5 * 1024;

it('200 cycles of acquire, connect, exchange and dispose leave nothing', async () => {
  const ended = await runChild(program, [String(CYCLES)], {
    timeout: 150_000,
    nodeArguments: ['--expose-gc'],
  });
  expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
  const result = ended.lines[0] as { left: { descriptors: number }; early: number; late: number };
  expect(result).toMatchObject({ cleanups: CYCLES, generation: CYCLES, left: NOTHING_LEFT });
  expect(result.left.descriptors).toBeLessThanOrEqual(0);
  expect(result.late - result.early).toBeLessThan(NOISE_BYTES);
  expect(ended.lingered).toBeLessThan(2000);
}, 160_000);
