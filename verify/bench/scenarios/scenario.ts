import type { CandidateName } from '../candidates/names.js';

/** What one process measured: a number for each figure, and single times where percentiles are wanted. */
export interface Measured {
  readonly figures: Readonly<Record<string, number>>;
  readonly times?: readonly number[];
}

/** How much is measured. */
export interface Effort {
  /** Seconds that a rate is measured over. */
  readonly seconds: number;
  /** Part of the full amount, for what is counted and not timed: 1, or less with `--quick`. */
  readonly share: number;
  /** Which of the rounds, from 0: what a link loses is the same for all candidates of a round, and differs between rounds. */
  readonly round: number;
}

export interface Figure {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** From the single times, those of all rounds together; without it the process says the figure itself. */
  readonly of?: (times: readonly number[]) => number;
  /** Not worth a ratio: a count of faults, say. */
  readonly plain?: true;
}

/** A goal with what was measured for it. */
export interface Verdict {
  readonly goal: string;
  readonly measured: string;
  /** Undefined where it was not measured. */
  readonly met: boolean | undefined;
}

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface Summary {
  readonly value: Spread;
  /** To the reference, round by round: both ran one after the other. */
  readonly ratio: Spread | undefined;
}

/** What came out of a scenario, for its verdicts. */
export interface Summaries {
  readonly scenario: Scenario;
  /** Undefined when the candidate measured nothing. */
  of(candidate: CandidateName, key: string): Summary | undefined;
}

/** One comparison: the same work done by every candidate, each in a process of its own. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** The first is the one that counts in charts and in the regression check. */
  readonly figures: readonly [Figure, ...Figure[]];
  readonly candidates: readonly CandidateName[];
  /** Ratios are to this one. */
  readonly reference: CandidateName;
  /** Processes a candidate; with `--quick` one, and those with `quick: false` not at all. */
  readonly rounds: number;
  readonly quick: boolean;
  /** Values lie orders of magnitude apart. */
  readonly logarithmic?: true;
  /** `import.meta.url` of the file that exports it. */
  readonly file: string;
  run(candidate: CandidateName, effort: Effort): Promise<Measured>;
  judge(summaries: Summaries): Verdict[];
}
