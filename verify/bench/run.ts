// npm run bench -- [--quick] [--only NAME,…] [--candidates NAME,…] [--json] [--check] [--profile FOLDER]
//                  [--write-docs] [--write-baseline]
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CANDIDATE_NAMES, type CandidateName } from './candidates/names.js';
import { type Baseline, baselineOf, MARGIN, regressions } from './report/baseline.js';
import { writeCharts } from './report/charts.js';
import { renderJson } from './report/json.js';
import { intoPage } from './report/markdown.js';
import { renderTables } from './report/table.js';
import { scenarios } from './scenarios/all.js';
import type { Scenario } from './scenarios/scenario.js';
import { ROOT } from '../../test/support/child.js';
import { Compiled } from '../hazards/support/compiled.js';
import { runMatrix } from './support/matrix.js';
import type { Summaries } from './support/summary.js';
import { versions } from './support/versions.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    candidates: { type: 'string' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    profile: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
    'write-baseline': { type: 'boolean', default: false },
  },
});

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

/** Rounds in which a median means something. */
const SECOND_LOOK_ROUNDS = 3;
const BASELINE = join(ROOT, 'verify', 'bench', 'baseline.json');
const PAGE = join(ROOT, 'docs', 'performance.md');

const only = values.only?.split(',');
const candidates = values.candidates?.split(',');
/** A group is named by what its names begin with: `link`. */
const isNamed = (scenario: Scenario, name: string) =>
  scenario.name === name || scenario.name.startsWith(`${name}-`);
const strange = [
  ...(only ?? []).filter((name) => !scenarios.some((scenario) => isNamed(scenario, name))),
  ...(candidates ?? []).filter((name) => !CANDIDATE_NAMES.includes(name as CandidateName)),
];
if (strange.length > 0) {
  const known = [...scenarios.map(({ name }) => name), ...CANDIDATE_NAMES].join(' ');
  fail(`no such scenario or candidate: ${strange.join(', ')}; there are ${known}`);
}
// The check is quick: what it compares are ratios, and its margin is wide.
const quick = values.quick || (values.check && !only);
const onlyLink = only?.length === 1 && only[0] === 'link';
if (values['write-docs'] && (quick || (only && !onlyLink) || candidates)) {
  fail('--write-docs needs everything, or --only link: no --quick, no --candidates');
}
process.chdir(ROOT);

const started = performance.now();
if (!only || only.includes('start'))
  execFileSync('npm', ['run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
await using compiled = await Compiled.make('bench');
/** Runs these, at most `mostRounds` times each. */
function run(wanted: readonly Scenario[], mostRounds: number): Promise<Summaries[]> {
  return runMatrix({
    compiled,
    scenarios: wanted,
    candidates: candidates as CandidateName[] | undefined,
    mostRounds,
    effort: quick ? { seconds: 0.3, share: 0.1 } : { seconds: 1, share: 1 },
    profiles: values.profile === undefined ? undefined : resolve(values.profile),
    onProgress(done, total, what) {
      const text = `${done} of ${total} processes, ${Math.round((performance.now() - started) / 1000)} s: ${what}`;
      if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(70)}${done === total ? '\n' : ''}`);
      else if (done % 25 === 0 || done === total) process.stderr.write(`${text}\n`);
    },
  });
}

const selected = only
  ? scenarios.filter((scenario) => only.some((name) => isNamed(scenario, name)))
  : scenarios.filter((scenario) => !quick || scenario.quick);
// What others are held against is worth more than one round.
const mostRounds = !quick ? Number.POSITIVE_INFINITY : values['write-baseline'] ? SECOND_LOOK_ROUNDS : 1;
const results = await run(selected, mostRounds);
const measuredOn = versions();
if (values.json) console.log(renderJson(results, measuredOn));
else {
  console.log(renderTables(results));
  const list = Object.entries(measuredOn).map(([name, version]) => `${name} ${version}`);
  console.log(`\n${list.join(', ')}; ${Math.round((performance.now() - started) / 1000)} s`);
}
if (values['write-docs']) {
  await writeCharts(ROOT, results);
  await writeFile(PAGE, intoPage(await readFile(PAGE, 'utf8'), results, measuredOn));
}
if (values['write-baseline']) {
  // What was not run keeps what it had.
  const before = existsSync(BASELINE) ? (JSON.parse(await readFile(BASELINE, 'utf8')) as Baseline) : {};
  await writeFile(BASELINE, `${JSON.stringify({ ...before, ...baselineOf(results) }, null, 2)}\n`);
}
if (values.check) {
  const baseline = JSON.parse(await readFile(BASELINE, 'utf8')) as Baseline;
  // One round is easily off by half on a shared machine: what seems worse is looked at again.
  const suspects = results.filter((result) => regressions([result], baseline).length > 0);
  const again = await run(
    suspects.map(({ scenario }) => scenario),
    SECOND_LOOK_ROUNDS,
  );
  const worse = regressions(again, baseline);
  for (const line of worse) console.error(`worse: ${line}`);
  const margin = `margin ${MARGIN * 100} %`;
  console.error(
    worse.length === 0 ? `no ratio is worse than the baseline's, ${margin}` : `regressed, ${margin}`,
  );
  if (worse.length > 0) process.exitCode = 1;
}
