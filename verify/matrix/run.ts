/**
 * The tests on every supported version of Node.js and node-datachannel, and the types with those of TypeScript.
 *
 *     npm run matrix                    all tests, about three minutes a row
 *     npm run matrix -- --quick         the folders below, half a minute a row
 *     npm run matrix -- --only 26       rows whose version starts so
 *     npm run matrix -- --write-docs    also writes docs/compatibility.md
 *
 * The versions come from the npm registry. Exit code 1 when anything failed.
 */
import { parseArgs } from 'node:util';
import { type Result, tableOf, writeDocument } from './compatibility.js';
import { ROWS } from './rows.js';

const QUICK = ['test/scope', 'test/native', 'test/runtime', 'test/resources', 'test/package'];

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, 'write-docs': { type: 'boolean' } },
});
const folders = values.quick ? QUICK : [];
const rows = ROWS.filter(({ version }) => version.startsWith(values.only ?? ''));
if (rows.length === 0) throw new RangeError(`--only ${values.only}: no row has such a version`);

const results: Result[] = [];
for (const [index, row] of rows.entries()) {
  process.stderr.write(`${index + 1} of ${rows.length}: ${row.group} ${row.version}\n`);
  const started = performance.now();
  const counts = await row.run(folders);
  results.push({ row, counts, seconds: (performance.now() - started) / 1000 });
  for (const failure of counts.failures) process.stderr.write(`  failed: ${failure}\n`);
}
console.log(tableOf(results));
if (values['write-docs']) writeDocument(results, folders);
process.exitCode = results.some(({ counts }) => counts.failed > 0 || counts.passed === 0) ? 1 : 0;
