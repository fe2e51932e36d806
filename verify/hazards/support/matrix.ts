import { type Outcome, type RunLimits, runOnce, type SideName } from './child-run.js';
import type { Compiled } from './compiled.js';
import type { Hazard } from './hazard.js';
import { type Summary, summarize } from './summary.js';

export interface MatrixOptions {
  readonly compiled: Compiled;
  readonly hazards: readonly Hazard[];
  readonly sides: readonly SideName[];
  /** How often each program is run. */
  readonly runs: number;
  /** Programs at a time. */
  readonly width: number;
  /** The folder of another installed node-datachannel. */
  readonly binding?: string | undefined;
  readonly onProgress?: (done: number, total: number, hazard: Hazard) => void;
}

export interface Row {
  readonly hazard: Hazard;
  readonly raw?: Summary;
  readonly sdk?: Summary;
}

/** What the raw binding leaves hanging is killed soon; the SDK gets as long as a busy machine may need. */
const LIMITS: Record<SideName, RunLimits> = {
  raw: { total: 15_000, linger: 1500 },
  sdk: { total: 100_000, linger: 20_000 },
};

/** Runs every program in processes of their own and gathers what they showed, in the order of the hazards. */
export async function runMatrix(options: MatrixOptions): Promise<Row[]> {
  const { compiled, hazards, sides, runs, width, binding, onProgress } = options;
  const outcomes = new Map<string, Outcome[]>();
  const jobs: { hazard: Hazard; side: SideName }[] = [];
  for (const hazard of hazards) {
    for (const side of sides) {
      outcomes.set(hazard.id + side, []);
      for (let run = 0; run < Math.min(runs, hazard[side].runs ?? runs); run++) jobs.push({ hazard, side });
    }
  }
  const total = jobs.length;
  // What may block for ten seconds goes first, so that nothing is left to wait for alone at the end.
  jobs.sort((a, b) => (a.hazard[a.side].runs ?? 99) - (b.hazard[b.side].runs ?? 99));
  let done = 0;
  const worker = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const { hazard, side } = job;
      const outcome = await runOnce(compiled, hazard, side, LIMITS[side], binding);
      outcomes.get(hazard.id + side)?.push(outcome);
      onProgress?.(++done, total, hazard);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return hazards.map((hazard) => {
    const summaries = Object.fromEntries(
      sides.map((side) => [side, summarize(outcomes.get(hazard.id + side) ?? [])]),
    );
    return { hazard, ...summaries };
  });
}
