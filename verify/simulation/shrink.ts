import type { Program } from './program.js';

/** Runs that a search for fewer steps may take. */
const MOST_RUNS = 2000;

/**
 * The fewest steps, and the smallest numbers, with which `fails` still holds. Tried in a fixed order, so that the same
 * program shrinks to the same.
 */
export function shrink(program: Program, fails: (program: Program) => boolean): Program {
  let best = program;
  let runs = 0;
  const attempt = (smaller: Program): boolean => {
    if (runs >= MOST_RUNS || !fails(smaller)) {
      runs++;
      return false;
    }
    best = smaller;
    return true;
  };
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let from = 0; from < best.steps.length;) {
      const steps = best.steps.filter((_, n) => n < from || n >= from + size);
      if (!attempt({ ...best, steps })) from += size;
    }
  }
  attempt({ ...best, latency: 0 });
  attempt({ ...best, loss: 0 });
  attempt({ ...best, other: 'ours' });
  for (let n = 0; n < best.steps.length; n++) {
    for (const change of [{ b: 0 }, { b: 1 }, { a: 0 }, { at: best.steps[n - 1]?.at ?? 0 }]) {
      const steps = best.steps.map((step, at) => (at === n ? { ...step, ...change } : step));
      if (JSON.stringify(steps) !== JSON.stringify(best.steps)) attempt({ ...best, steps });
    }
  }
  const last = best.steps.at(-1)?.at ?? 0;
  for (const ends of [
    [last, last],
    [last + 100, last],
    [last, last + 100],
    [last + 100, last + 100],
  ] as const) {
    if (ends[0] <= best.ends[0] && ends[1] <= best.ends[1] && attempt({ ...best, ends })) break;
  }
  return best;
}
