import { parseArgs } from 'node:util';
import { Child } from '../../test/support/child.js';
import { type Bound, BOUNDS, type Operation, type Ran } from './bounds.js';

/** `npm run structure -- [--goals] [--functions] [--json]`: `--goals` fails where a goal is missed, too. */
const { values } = parseArgs({
  options: {
    goals: { type: 'boolean', default: false },
    functions: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const child = new Child(new URL('program.ts', import.meta.url));
const { code, lines, stderr } = await child.ended;
const ran = lines.find((line) => 'ran' in line)?.['ran'] as Record<Operation, Ran> | undefined;
if (code !== 0 || !ran) throw new Error(`the measured process failed with ${code}:\n${stderr}`);
if (values.json) console.log(JSON.stringify(ran, null, 2));
for (const [operation, { most, goal }] of Object.entries(BOUNDS) as [Operation, Bound][]) {
  const files = Object.entries(ran[operation]).toSorted(([one], [two]) => (one < two ? -1 : 1));
  const functions = files.reduce((sum, [, names]) => sum + names.length, 0);
  const isTooMany = files.length > (values.goals ? goal : most);
  if (isTooMany) process.exitCode = 1;
  if (values.json) continue;
  const bounds = `at most ${most}, goal ${goal}`;
  console.log(
    `\n${operation}: ${files.length} files (${bounds}), ${functions} functions${isTooMany ? ': TOO MANY' : ''}`,
  );
  for (const [file, names] of files)
    console.log(
      `  ${String(names.length).padStart(3)}  ${file}${values.functions ? `  ${names.join(' ')}` : ''}`,
    );
}
