import { type CandidateName, isOurs } from '../candidates/names.js';
import type { Summaries } from '../support/summary.js';

/** The median ratio to the reference of each of our candidates, by scenario and candidate. */
export type Baseline = Record<string, Record<string, number>>;

/**
 * How much worse a ratio may be than in the baseline. Wide: medians of three short rounds on a shared machine differ by
 * half now and then; what this is for is a doubled cost.
 */
export const MARGIN = 1;

export function baselineOf(results: readonly Summaries[]): Baseline {
  const baseline: Baseline = {};
  for (const summaries of results) {
    const ratios: Record<string, number> = {};
    for (const candidate of summaries.candidates.filter(isOurs)) {
      const ratio = ratioOf(summaries, candidate);
      if (ratio !== undefined) ratios[candidate] = Number(ratio.toFixed(3));
    }
    if (Object.keys(ratios).length > 0) baseline[summaries.scenario.name] = ratios;
  }
  return baseline;
}

/** What got worse than the margin allows, and what measured nothing; empty when all is well. */
export function regressions(results: readonly Summaries[], baseline: Baseline): string[] {
  const worse: string[] = [];
  for (const summaries of results) {
    const { name, figures } = summaries.scenario;
    for (const [candidate, before] of Object.entries(baseline[name] ?? {})) {
      if (!summaries.candidates.includes(candidate as CandidateName)) continue;
      const now = ratioOf(summaries, candidate as CandidateName);
      if (now === undefined) {
        worse.push(`${name}, ${candidate}: measured nothing`);
        continue;
      }
      const factor = figures[0].better === 'more' ? before / now : now / before;
      if (factor > 1 + MARGIN)
        worse.push(`${name}, ${candidate}: ratio ${now.toFixed(2)}, was ${before.toFixed(2)}`);
    }
  }
  return worse;
}

function ratioOf(summaries: Summaries, candidate: CandidateName): number | undefined {
  const [figure] = summaries.scenario.figures;
  return summaries.of(candidate, figure.key)?.ratio?.median;
}
