// The child process: does the work of one scenario with one candidate, says what it measured, and ends.
import { writeSync } from 'node:fs';
import type { CandidateName } from '../candidates/names.js';
import type { Effort, Scenario } from '../scenarios/scenario.js';
import { RESULT_MARK } from './result-mark.js';

const [file = '', candidate = '', effort = '{}'] = process.argv.slice(2);

try {
  const { scenario } = (await import(file)) as { scenario: Scenario };
  const measured = await scenario.run(candidate as CandidateName, JSON.parse(effort) as Effort);
  writeSync(1, `\n${RESULT_MARK}${JSON.stringify(measured)}\n`);
  process.exit(0); // what is left open is not measured
} catch (error) {
  writeSync(2, `${(error as Error).stack ?? error}\n`);
  process.exit(1);
}
