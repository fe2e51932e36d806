import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Child } from '../../test/support/child.js';
import { type Result, tablesOf, writeDocument } from './document.js';
import { makeNetwork, type Network } from './namespace.js';
import { PEERS } from './peers.js';
import { SCENARIOS } from './scenarios/index.js';
import { servers } from './scenarios/servers.js';

/**
 * Other WebRTC implementations, and what is done with them:
 *
 *     npm run interop                                       all that are installed, all scenarios
 *     npm run interop -- --peer chromium --scenario they-stop   some; each may be given several times
 *     npm run interop -- --json                             a line of JSON for each cell
 *     npm run interop -- --write-docs                       also writes docs/interoperability.md
 *     npm run interop -- --results FILE                     keeps results there, and does not run again what it has
 *     npm run interop -- --times 10                         each cell so often; otherwise once, or where chance decides it until
 *                                                           it fails, five times at the most
 *     npm run interop -- --together                         one process and one start of the peer for all its scenarios
 *     npm run interop -- --prepare                          only builds the programs of peers that have to be built
 *
 * INTEROP_MODULES names a folder with peers that are packages of npm: `npm install @roamhq/wrtc werift` there.
 */
const { values } = parseArgs({
  options: {
    peer: { type: 'string', multiple: true },
    scenario: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
    results: { type: 'string' },
    times: { type: 'string' },
    together: { type: 'boolean', default: false },
    prepare: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
});

function chosen(
  given: readonly string[] | undefined,
  known: readonly string[],
  what: string,
): readonly string[] {
  const unknown = given?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`no ${what} '${unknown}'; there are ${known.join(', ')}`);
  return given ?? known;
}

const CELL = new URL('./cell.ts', import.meta.url);
const CELL_MS = 120_000;
let running: Child | undefined;

/** Runs scenarios with one peer, in one process, one after the other. */
async function runCells(
  network: Network,
  peer: string,
  scenarios: readonly string[],
  environment = {},
): Promise<Result[]> {
  const timeout = CELL_MS * scenarios.length;
  const { prefix } = network;
  const child = new Child(CELL, [peer, ...scenarios], { timeout, lingers: 10_000, prefix, environment });
  running = child;
  const { lines, exitedByItself, code, stderr } = await child.ended;
  const stays = exitedByItself ? [] : ['the process did not end by itself'];
  return scenarios.map((scenario) => {
    const reported = lines.find((line) => line.scenario === scenario) as Omit<Result, 'peer'> | undefined;
    if (reported) return { ...reported, peer, faults: [...reported.faults, ...stays] };
    const last = stderr.trim().split('\n').at(-1) ?? '';
    const faults = [`ended with ${code} and said nothing: ${last}`];
    return { peer, scenario, faults, figure: '', ms: CELL_MS };
  });
}

/** As `runCells`; one cell that chance decides until it fails, or all of its tries have held. */
async function runOften(network: Network, peer: string, scenarios: readonly string[]): Promise<Result[]> {
  const decidesChance = scenarios.length === 1 && SCENARIOS[scenarios[0] as string]?.chance === true;
  const tries = decidesChance && values.times === undefined ? MOST_TRIES : 1;
  let results: Result[] = [];
  for (let n = 0; n < tries && results.every(({ faults }) => faults.length === 0); n++) {
    results = await runCells(network, peer, scenarios);
  }
  return results;
}

/** How often a cell has to hold that chance decides. */
const MOST_TRIES = 5;

/** For a cell that failed: what the raw binding comes to with the same peer. */
async function withControl(network: Network, result: Result): Promise<Result> {
  const { peer, scenario, faults } = result;
  if (faults.length === 0 || !SCENARIOS[scenario]?.control) return result;
  const seen = new Set<string>();
  for (let n = 0; n < MOST_CONTROLS && seen.size < 2; n++) {
    const [raw = result] = await runCells(network, peer, [scenario], { CONTROL: '1' });
    if (raw.faults[0] !== undefined) return { ...result, control: `fails, too: ${raw.faults[0]}` };
    seen.add(raw.figure);
  }
  return { ...result, control: [...seen].join(', or ') };
}

/** What is lost is a matter of chance: the control runs so often, or until two runs differ. */
const MOST_CONTROLS = 6;

const wanted = chosen(values.peer, Object.keys(PEERS), 'peer');
const scenarios = chosen(values.scenario, Object.keys(SCENARIOS), 'scenario');
const say = (text: string) => void (values.json || console.log(text));

const missing = wanted.filter((peer) => !PEERS[peer]?.find());
for (const peer of missing) say(`${PEERS[peer]?.title} is not installed: ${PEERS[peer]?.from}`);
const peers = wanted.filter((peer) => !missing.includes(peer));
for (const peer of peers) await PEERS[peer]?.prepare?.();
if (values.prepare) process.exit();

const suits = (peer: string) => (scenario: string) =>
  scenario in servers === (PEERS[peer]?.isServer === true) &&
  !SCENARIOS[scenario]?.needs?.some((ability) => PEERS[peer]?.lacks?.includes(ability));
/** What runs in one process. */
const runs = peers.flatMap((peer) => {
  const all = scenarios.filter(suits(peer));
  return values.together ? [{ peer, scenarios: all }] : all.map((each) => ({ peer, scenarios: [each] }));
});
const times = Number(values.times ?? 1);
using network = makeNetwork();
// A `using` block is not left by a signal. The peer of a cell ends with the cell.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    running?.kill('SIGKILL');
    network[Symbol.dispose]();
    process.exit(code);
  });
}
const total = runs.reduce((sum, run) => sum + run.scenarios.length, 0) * times;
say(`${total} cells in ${network.description}`);
const known = values.results !== undefined && existsSync(values.results);
const results: Result[] = known
  ? readFileSync(values.results as string, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Result)
  : [];
const isDone = (given: string) => (scenario: string) =>
  results.filter((each) => each.peer === given && each.scenario === scenario).length >= times;
for (const { peer, scenarios: all } of runs.flatMap((run) => Array.from({ length: times }, () => run))) {
  const left = all.filter((scenario) => !isDone(peer)(scenario));
  if (left.length === 0) continue;
  for (const result of await runOften(network, peer, left)) report(await withControl(network, result));
}
if (!values.json && results.length > 0) say(`\n${tablesOf(results, peers)}`);
if (values['write-docs']) writeDocument(results, peers, network.description);
process.exitCode = results.some(({ faults }) => faults.length > 0) ? 1 : 0;

function report(result: Result): void {
  const { peer, scenario, faults, figure, ms, control } = result;
  results.push(result);
  if (values.results !== undefined) appendFileSync(values.results, `${JSON.stringify(result)}\n`);
  if (values.json) console.log(JSON.stringify(result));
  const verdict = faults.length === 0 ? 'ok   ' : 'FAILS';
  say(`${String(results.length).padStart(3)}/${total} ${verdict} ${peer} ${scenario} ${figure} ${ms} ms`);
  for (const fault of faults) say(`          ${fault}`);
  if (control !== undefined) say(`          with the raw binding: ${control}`);
}
