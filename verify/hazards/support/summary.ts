import type { Outcome } from './child-run.js';

/** What all runs of one side showed, in a line. */
export interface Summary {
  readonly runs: number;
  /** Runs in which something went wrong. */
  readonly fallen: number;
  readonly text: string;
}

interface Group {
  runs: number;
  worst: string;
}

/** Faults that differ in their figures only count as one, reported with the worst. */
export function summarize(outcomes: readonly Outcome[]): Summary {
  const groups = new Map<string, Group>();
  for (const { faults } of outcomes) {
    for (const fault of new Set(faults)) {
      const key = fault.replaceAll(/\d+(\.\d+)?/g, '#');
      const group = groups.get(key);
      if (!group) groups.set(key, { runs: 1, worst: fault });
      else {
        group.runs++;
        if (firstNumber(fault) > firstNumber(group.worst)) group.worst = fault;
      }
    }
  }
  const runs = outcomes.length;
  const fallen = outcomes.filter(({ faults }) => faults.length > 0).length;
  const faults = [...groups.values()]
    .sort((a, b) => b.runs - a.runs)
    .map(({ worst, runs: count }) => `${worst} (${count} of ${runs})`);
  const notes = [...new Set(outcomes.at(-1)?.notes ?? [])];
  const text = [...(fallen > 0 ? faults : ['fine']), ...notes].join('; ');
  return { runs, fallen, text };
}

function firstNumber(text: string): number {
  return Number(/\d+(\.\d+)?/.exec(text)?.[0] ?? 0);
}
