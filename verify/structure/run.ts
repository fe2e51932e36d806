import { parseArgs } from 'node:util';
import { Child } from '../../test/support/child.js';
import { GOALS, type Operation, type Ran } from './goals.js';

/** `npm run structure -- [--functions] [--json]` */
const { values } = parseArgs({
  options: { functions: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});
const child = new Child(new URL('program.ts', import.meta.url));
const { code, lines, stderr } = await child.ended;
const ran = lines.find((line) => 'ran' in line)?.['ran'] as Record<Operation, Ran> | undefined;
if (code !== 0 || !ran) throw new Error(`the measured process failed with ${code}:\n${stderr}`);
if (values.json) console.log(JSON.stringify(ran, null, 2));
for (const [operation, goal] of Object.entries(GOALS) as [Operation, number][]) {
  const files = Object.entries(ran[operation]).toSorted(([one], [two]) => (one < two ? -1 : 1));
  const functions = files.reduce((sum, [, names]) => sum + names.length, 0);
  const isMissed = files.length > goal;
  if (isMissed) process.exitCode = 1;
  if (values.json) continue;
  console.log(
    `\n${operation}: ${files.length} files of ${goal}, ${functions} functions${isMissed ? ', MISSED' : ''}`,
  );
  for (const [file, names] of files)
    console.log(
      `  ${String(names.length).padStart(3)}  ${file}${values.functions ? `  ${names.join(' ')}` : ''}`,
    );
}
