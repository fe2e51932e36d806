import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { CandidateName } from '../candidates/names.js';
import type { Effort, Measured, Scenario } from '../scenarios/scenario.js';
import { type Compiled, ROOT } from '../../hazards/support/compiled.js';
import { RESULT_MARK } from './result-mark.js';
import type { Run } from './summary.js';

export interface ChildOptions {
  readonly compiled: Compiled;
  readonly effort: Effort;
  /** Where processor profiles go; none without. */
  readonly profiles: string | undefined;
}

/** Runs one candidate of one scenario in a process of its own. Never longer than three minutes: then it is killed. */
export function runOnce(
  { compiled, effort, profiles }: ChildOptions,
  scenario: Scenario,
  candidate: CandidateName,
  round: number,
): Promise<Run> {
  const program = compiled.file(new URL('./program.ts', import.meta.url).href);
  const file = pathToFileURL(compiled.file(scenario.file)).href;
  const profiling = profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles];
  const child = spawn(
    process.execPath,
    ['--expose-gc', ...profiling, program, file, candidate, JSON.stringify(effort)],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], timeout: LONGEST_MS, killSignal: 'SIGKILL' },
  );
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < MOST_STDERR) stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const line = stdout.split('\n').find((candidateLine) => candidateLine.startsWith(RESULT_MARK));
      // A package may crash in its end, having measured.
      if (line) {
        resolve({ candidate, round, measured: JSON.parse(line.slice(RESULT_MARK.length)) as Measured });
        return;
      }
      const error = /^(?:\w*Error\b[^\n]*)/m.exec(stderr)?.[0] ?? stderr.trim().split('\n').at(-1);
      const end =
        signal === 'SIGKILL' ? `took longer than ${LONGEST_MS / 1000} s` : (signal ?? `exit code ${code}`);
      resolve({ candidate, round, failure: error ? `${end}: ${error}` : end });
    });
  });
}

const LONGEST_MS = 180_000;
const MOST_STDERR = 20_000;
