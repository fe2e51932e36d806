import type { CandidateName } from '../candidates/names.js';
import { isInstalled, remedyOf } from '../candidates/peer-packages.js';
import type { Scenario } from '../scenarios/scenario.js';
import { type ChildOptions, runOnce } from './child-run.js';
import { type Run, Summaries } from './summary.js';

export interface MatrixOptions extends ChildOptions {
  readonly scenarios: readonly Scenario[];
  /** Only these candidates; all without. */
  readonly candidates: readonly CandidateName[] | undefined;
  /** At most so many rounds. */
  readonly mostRounds: number;
  onProgress(done: number, total: number, what: string): void;
}

/** Runs everything, one process at a time; the candidates of a scenario take turns. */
export async function runMatrix(options: MatrixOptions): Promise<Summaries[]> {
  const { scenarios, mostRounds, onProgress } = options;
  const plans = scenarios.map((scenario) => {
    const wanted = scenario.candidates.filter((name) => options.candidates?.includes(name) ?? true);
    const rounds = Math.min(scenario.rounds, mostRounds);
    return {
      scenario,
      rounds,
      present: wanted.filter(isInstalled),
      absent: wanted.filter((n) => !isInstalled(n)),
    };
  });
  const total = plans.reduce((sum, { rounds, present }) => sum + rounds * present.length, 0);
  let done = 0;
  const results: Summaries[] = [];
  for (const { scenario, rounds, present, absent } of plans) {
    const runs: Run[] = absent.map((candidate) => ({ candidate, round: 0, failure: remedyOf(candidate) }));
    for (let round = 0; round < rounds; round++) {
      // There and back, so that none always has the same one before it.
      for (const candidate of round % 2 === 0 ? present : [...present].reverse()) {
        onProgress(done, total, `${scenario.name}, ${candidate}`);
        runs.push(await runOnce(options, scenario, candidate, round));
        done++;
      }
    }
    results.push(new Summaries(scenario, runs));
  }
  onProgress(done, total, 'done');
  return results;
}
