import { pathToFileURL } from 'node:url';
import { runChild } from '../../../test/support/child.js';
import type { CandidateName } from '../candidates/names.js';
import type { Effort, Measured, Scenario } from '../scenarios/scenario.js';
import type { Compiled } from '../../hazards/support/compiled.js';
import { RESULT_MARK } from './result-mark.js';
import type { Run } from './summary.js';

export interface ChildOptions {
  readonly compiled: Compiled;
  readonly effort: Omit<Effort, 'round'>;
  /** Where processor profiles go; none without. */
  readonly profiles: string | undefined;
}

/** Runs one candidate of one scenario in a process of its own. Never longer than three minutes: then it is killed. */
export async function runOnce(
  { compiled, effort, profiles }: ChildOptions,
  scenario: Scenario,
  candidate: CandidateName,
  round: number,
): Promise<Run> {
  const program = compiled.file(new URL('./program.ts', import.meta.url).href);
  const file = pathToFileURL(compiled.file(scenario.file)).href;
  const profiling = profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles];
  const { code, signal, stdout, stderr } = await runChild(
    program,
    [file, candidate, JSON.stringify({ ...effort, round })],
    {
      nodeArguments: ['--expose-gc', ...profiling],
      timeout: LONGEST_MS,
    },
  );
  const line = stdout.split('\n').find((candidateLine) => candidateLine.startsWith(RESULT_MARK));
  // A package may crash in its end, having measured.
  if (line) return { candidate, round, measured: JSON.parse(line.slice(RESULT_MARK.length)) as Measured };
  const error = /^(?:\w*Error\b[^\n]*)/m.exec(stderr)?.[0] ?? stderr.trim().split('\n').at(-1);
  const end =
    signal === 'SIGKILL' ? `took longer than ${LONGEST_MS / 1000} s` : (signal ?? `exit code ${code}`);
  return { candidate, round, failure: error ? `${end}: ${error}` : end };
}

const LONGEST_MS = 180_000;
