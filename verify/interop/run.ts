import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setup as bundle } from '../../test/support/bundled-programs.js';
import { Child } from '../../test/support/child.js';
import { failsLike, type Result, tablesOf, verdictOf, writeDocument } from './document.js';
import { type Network, Networks } from './namespace.js';
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
 *     npm run interop -- --jobs 2                           so many cells at once, each in a network namespace of its own
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
    jobs: { type: 'string', default: '1' },
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

function positive(given: string, option: string): number {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1)
    throw new RangeError(`${option}: ${given} is no number from 1`);
  return number;
}

const CELL = new URL('./cell.ts', import.meta.url);
const CELL_MS = 120_000;
const running = new Set<Child>();

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
  running.add(child);
  const { lines, exitedByItself, code, stderr } = await child.ended;
  running.delete(child);
  const stays = exitedByItself ? [] : ['the process did not end by itself'];
  return scenarios.map((scenario) => {
    const reported = lines.find((line) => line.scenario === scenario) as Omit<Result, 'peer'> | undefined;
    if (reported) {
      const faults = [...reported.faults, ...stays];
      return { ...reported, peer, faults, isOurs: reported.isOurs || stays.length > 0 };
    }
    const last = stderr.trim().split('\n').at(-1) ?? '';
    const faults = [`ended with ${code} and said nothing: ${last}`];
    return { peer, scenario, faults, isOurs: true, figure: '', ms: CELL_MS };
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
  let isAsRaw = false;
  for (let n = 0; n < MOST_CONTROLS && !isAsRaw; n++) {
    const [raw = result] = await runCells(network, peer, [scenario], { CONTROL: '1' });
    seen.add(raw.faults[0] ?? raw.figure);
    isAsRaw = failsLike(result, raw);
  }
  return { ...result, control: [...seen].join(', or '), isAsRaw };
}

/** What is lost is a matter of chance: the control runs so often, or until it fails in the same way. */
const MOST_CONTROLS = 20;

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
const times = positive(values.times ?? '1', '--times');
// A program for each cell and its peer: through the loader each would take a second of processor time to start.
const unbundle = (await bundle()) ?? (async () => {});
using networks = new Networks(positive(values.jobs, '--jobs'));
// A `using` block is not left by a signal. The peer of a cell ends with the cell.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill('SIGKILL');
    networks[Symbol.dispose]();
    void unbundle().finally(() => process.exit(code));
  });
}
const total = runs.reduce((sum, run) => sum + run.scenarios.length, 0) * times;
say(`${total} cells in ${networks.description}`);
const known = values.results !== undefined && existsSync(values.results);
const results: Result[] = known
  ? readFileSync(values.results as string, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Result)
  : [];
const timesDone = (peer: string, scenario: string) =>
  results.filter((each) => each.peer === peer && each.scenario === scenario).length;
const queue = runs.flatMap(({ peer, scenarios: all }) => {
  const done = new Map(all.map((scenario) => [scenario, timesDone(peer, scenario)]));
  return Array.from({ length: times }, (_, round) => ({
    peer,
    left: all.filter((scenario) => (done.get(scenario) ?? 0) + round < times),
  }));
});
const work = async (network: Network) => {
  for (let run = queue.shift(); run; run = queue.shift()) {
    const { peer, left } = run;
    if (left.length === 0) continue;
    for (const result of await runOften(network, peer, left)) report(await withControl(network, result));
  }
};
await Promise.all(networks.all.map(work)).finally(unbundle);
if (!values.json && results.length > 0) say(`\n${tablesOf(results, peers)}`);
if (values['write-docs']) writeDocument(results, peers, networks.description);
process.exitCode = results.some((result) => verdictOf(result) === 'fails') ? 1 : 0;

function report(result: Result): void {
  const { peer, scenario, faults, figure, ms, control } = result;
  results.push(result);
  if (values.results !== undefined) appendFileSync(values.results, `${JSON.stringify(result)}\n`);
  if (values.json) console.log(JSON.stringify(result));
  const verdict = verdictOf(result).padEnd(6);
  say(`${String(results.length).padStart(3)}/${total} ${verdict} ${peer} ${scenario} ${figure} ${ms} ms`);
  for (const fault of faults) say(`          ${fault}`);
  if (control !== undefined) say(`          with the raw binding: ${control}`);
}
