import './virtual-globals.js';
import { Random } from '../chaos/random.js';
import { type Program, programOf, written } from './program.js';
import { shrink } from './shrink.js';
import type { Outcome } from './oracle.js';
import { simulate } from './simulation.js';
import { realNow, realTurn } from './virtual-globals.js';

/** What a worker is to do: seeds from `first` on in steps of `stride`, at most `count` of them and for so long. */
export interface Task {
  readonly first: number;
  /** These, instead of those from `first` on. */
  readonly seeds?: readonly number[];
  readonly stride: number;
  readonly count: number;
  readonly milliseconds: number;
  readonly shrinks: boolean;
}

/** What it found: of all seeds together, and of each that failed. The digest is the same in whatever order they ran. */
export type Report =
  | { readonly failed: number; readonly faults: readonly string[]; readonly program: readonly string[] }
  | ({ readonly done: number; readonly digest: number } & Totals);

export interface Totals {
  tasks: number;
  sent: number;
  received: number;
  channels: number;
}

/** Runs between two turns of the real event loop. */
const BATCH = 20;

const task = JSON.parse(process.argv[2]!) as Task;
/** Stacks of errors are read where a run has failed, and such a program is run again with them: they take a fifth of the time. */
const frames = Error.stackTraceLimit;
Error.stackTraceLimit = 0;
const started = realNow();
const totals: Totals = { tasks: 0, sent: 0, received: 0, channels: 0 };
let [runs, digest] = [0, 0];

/** Simulations are not run from a promise's reaction: they run those of the processes themselves. */
realTurn(work);

function work(): void {
  for (let n = 0; n < BATCH && runs < task.count; n++, runs++)
    look(task.seeds?.[runs] ?? task.first + runs * task.stride);
  if (runs < task.count && realNow() - started < task.milliseconds) realTurn(work);
  else tell({ done: runs, digest, ...totals }, () => process.disconnect());
}

function look(seed: number): void {
  const program = programOf(seed, new Random(seed));
  const outcome = simulate(program);
  for (const key of Object.keys(totals) as (keyof Totals)[]) totals[key] += outcome[key];
  digest = (digest + hashOf(JSON.stringify(outcome))) >>> 0;
  if (outcome.faults.length > 0) tell({ failed: seed, ...told(program, outcome) });
}

function told(program: Program, outcome: Outcome): { faults: readonly string[]; program: readonly string[] } {
  Error.stackTraceLimit = frames;
  try {
    return explained(program, outcome);
  } finally {
    Error.stackTraceLimit = 0;
  }
}

function explained(
  program: Program,
  outcome: Outcome,
): { faults: readonly string[]; program: readonly string[] } {
  if (!task.shrinks) return { faults: simulate(program).faults, program: [] };
  // The same kind of fault, so that a search for one does not end at another.
  const kind = kindOf(outcome.faults[0]!);
  const small = shrink(program, (smaller) =>
    simulate(smaller).faults.some((fault) => kindOf(fault) === kind),
  );
  return { faults: simulate(small).faults, program: written(small) };
}

function kindOf(fault: string): string {
  return fault.split('\n')[0]!.replaceAll(/\d+|alice|bob|unordered/g, '');
}

/** FNV-1a. */
function hashOf(text: string): number {
  let result = 0x811c9dc5;
  for (let n = 0; n < text.length; n++) result = Math.imul(result ^ text.charCodeAt(n), 0x01000193);
  return result >>> 0;
}

function tell(report: Report, sent = () => {}): void {
  process.send!(report, undefined, undefined, sent);
}
