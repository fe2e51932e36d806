import { CANDIDATES, type CandidateName } from '../candidates/names.js';
import { formatNumber } from '../report/format.js';
import type { Summaries } from './scenario.js';
import type { Verdict } from './scenario.js';

/** `candidate`'s figure is at most, or at least, `factor` times the reference's. */
export function ratioGoal(
  summaries: Summaries,
  candidate: CandidateName,
  key: string,
  bound: { atMost: number } | { atLeast: number },
): Verdict {
  const limit = 'atMost' in bound ? `at most ${bound.atMost}` : `at least ${bound.atLeast}`;
  const [main] = summaries.scenario.figures;
  const figure = summaries.scenario.figures.find((each) => each.key === key);
  const what = figure === undefined || figure === main ? '' : ` (${figure.label})`;
  const goal = `${CANDIDATES[candidate]}: ${limit} of ${CANDIDATES[summaries.scenario.reference]}${what}`;
  const ratio = summaries.of(candidate, key)?.ratio;
  if (!ratio) return { goal, measured: 'not measured', met: undefined };
  const met = 'atMost' in bound ? ratio.median <= bound.atMost : ratio.median >= bound.atLeast;
  return {
    goal,
    measured: `${ratio.median.toFixed(3)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`,
    met,
  };
}

/** `candidate`'s figure is at most `limit`. */
export function limitGoal(
  summaries: Summaries,
  candidate: CandidateName,
  key: string,
  limit: number,
  text: string,
): Verdict {
  const value = summaries.of(candidate, key)?.value;
  if (!value) return { goal: text, measured: 'not measured', met: undefined };
  const unit = summaries.scenario.figures.find((figure) => figure.key === key)?.unit ?? '';
  return { goal: text, measured: `${formatNumber(value.median)} ${unit}`.trim(), met: value.median <= limit };
}

/** `candidate` is ahead of each of `others` that was measured. */
export function aheadGoal(
  summaries: Summaries,
  candidate: CandidateName,
  key: string,
  others: readonly CandidateName[],
): Verdict {
  const goal = `${CANDIDATES[candidate]}: ahead of ${others.map((name) => CANDIDATES[name]).join(', ')}`;
  const ours = summaries.of(candidate, key)?.value.median;
  const better = summaries.scenario.figures.find((figure) => figure.key === key)?.better;
  const measured: string[] = [];
  let met: boolean | undefined;
  for (const name of others) {
    const theirs = summaries.of(name, key)?.value.median;
    if (ours === undefined || theirs === undefined) continue;
    const factor = better === 'more' ? ours / theirs : theirs / ours;
    measured.push(`${factor.toFixed(2)} times ${CANDIDATES[name]}`);
    met = (met ?? true) && factor > 1;
  }
  return { goal, measured: measured.length > 0 ? measured.join(', ') : 'not measured', met };
}
