import { CANDIDATE_NAMES, type CandidateName } from '../candidates/names.js';
import type { Figure, Measured, Scenario, Spread, Summary } from '../scenarios/scenario.js';
import { median } from './statistics.js';

/** One process: what it measured, or what became of it. */
export interface Run {
  readonly candidate: CandidateName;
  readonly round: number;
  readonly measured?: Measured;
  readonly failure?: string;
}

/** The results of one scenario. */
export class Summaries {
  readonly scenario: Scenario;
  readonly runs: readonly Run[];

  constructor(scenario: Scenario, runs: readonly Run[]) {
    this.scenario = scenario;
    this.runs = runs;
  }

  /** Undefined when the candidate measured nothing. */
  of(candidate: CandidateName, key: string): Summary | undefined {
    const figure = this.scenario.figures.find((candidateFigure) => candidateFigure.key === key);
    if (!figure) throw new Error(`${this.scenario.name} has no figure ${key}`);
    const values = this.#byRound(candidate, figure);
    if (values.size === 0) return undefined;
    return {
      value: this.#value(candidate, figure, [...values.values()]),
      ratio: this.#ratio(values, figure),
    };
  }

  /** What happened to processes that measured nothing. */
  failures(candidate: CandidateName): string[] {
    return this.runs.flatMap((run) => (run.candidate === candidate && run.failure ? [run.failure] : []));
  }

  get candidates(): CandidateName[] {
    return CANDIDATE_NAMES.filter((name) => this.runs.some((run) => run.candidate === name));
  }

  #byRound(candidate: CandidateName, figure: Figure): Map<number, number> {
    const values = new Map<number, number>();
    for (const run of this.runs) {
      if (run.candidate !== candidate || !run.measured) continue;
      const { figures, times } = run.measured;
      const value = figure.of ? figure.of(times ?? []) : figures[figure.key];
      if (value !== undefined && Number.isFinite(value)) values.set(run.round, value);
    }
    return values;
  }

  #value(candidate: CandidateName, figure: Figure, values: readonly number[]): Spread {
    const spread = spreadOf(values);
    if (!figure.of) return spread;
    const times = this.runs.flatMap((run) =>
      run.candidate === candidate ? (run.measured?.times ?? []) : [],
    );
    return { ...spread, median: figure.of(times) };
  }

  #ratio(values: ReadonlyMap<number, number>, figure: Figure): Spread | undefined {
    if (figure.plain) return undefined;
    const reference = this.#byRound(this.scenario.reference, figure);
    const ratios: number[] = [];
    for (const [round, value] of values) {
      const other = reference.get(round);
      if (other !== undefined && other > 0) ratios.push(value / other);
    }
    return ratios.length > 0 ? spreadOf(ratios) : undefined;
  }
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}
