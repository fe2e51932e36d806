// npm run hazards -- [--json] [--only H4,H5] [--side raw|sdk] [--binding PATH] [--runs N] [--width N] [--write-docs]
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hazards } from './hazards.js';
import type { SideName } from './support/child-run.js';
import { ROOT } from '../../test/support/child.js';
import { Compiled } from './support/compiled.js';
import { renderMarkdown } from './support/markdown.js';
import { runMatrix } from './support/matrix.js';
import { renderTable, verdict } from './support/table.js';
import { versions } from './support/versions.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    side: { type: 'string' },
    binding: { type: 'string' },
    runs: { type: 'string', default: '3' },
    width: { type: 'string', default: '2' },
    'write-docs': { type: 'boolean', default: false },
  },
});

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function positive(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) fail(`--${option} must be a whole number above 0, got ${text}`);
  return value;
}

const only = values.only?.toUpperCase().split(',');
const unknown = only?.filter((id) => !hazards.some((hazard) => hazard.id === id));
if (unknown && unknown.length > 0) fail(`no such hazard: ${unknown.join(', ')}`);
if (values.side !== undefined && values.side !== 'raw' && values.side !== 'sdk') fail('--side is raw or sdk');
const sides: SideName[] = values.side === undefined ? ['raw', 'sdk'] : [values.side];
if (values['write-docs'] && (only || values.side)) fail('--write-docs needs all rows and both sides');
const binding = values.binding === undefined ? undefined : resolve(values.binding);

const started = performance.now();
const measuredOn = versions(binding);
await using compiled = await Compiled.make();
const rows = await runMatrix({
  compiled,
  hazards: only ? hazards.filter(({ id }) => only.includes(id)) : hazards,
  sides,
  runs: positive(values.runs, 'runs'),
  width: positive(values.width, 'width'),
  binding,
  onProgress: (done, total, hazard) => {
    const text = `${done} of ${total} programs, ${hazard.id}`;
    if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(40)}${done === total ? '\n' : ''}`);
    else if (done % 25 === 0 || done === total) process.stderr.write(`${text}\n`);
  },
});

const seconds = Math.round((performance.now() - started) / 1000);
const fallen = rows.filter(({ sdk }) => verdict(sdk) === 'FALLS').map(({ hazard }) => hazard.id);
if (values.json) {
  const plain = rows.map(({ hazard: { id, does, why }, raw, sdk }) => ({
    id,
    does,
    why,
    raw,
    sdk,
    verdict: verdict(sdk),
  }));
  console.log(JSON.stringify({ versions: measuredOn, seconds, fallen, rows: plain }, null, 2));
} else {
  console.log(renderTable(rows));
  const { binding: version, node, platform } = measuredOn;
  console.log(`node-datachannel ${version}, Node ${node}, ${platform}; ${seconds} s`);
  console.log(
    fallen.length === 0 ? `all ${rows.length} rows hold` : `scoped-rtc falls in ${fallen.join(', ')}`,
  );
}
if (values['write-docs']) await writeFile(join(ROOT, 'docs/hazards.md'), renderMarkdown(rows, measuredOn));
if (fallen.length > 0) process.exitCode = 1;
