import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Child } from '../../test/support/child.js';
import { type Result, tablesOf, writeDocument } from './document.js';
import { makeNetwork, type Network } from './namespace.js';
import { PEERS } from './peers.js';
import { SCENARIOS } from './scenarios/index.js';

/**
 * Other WebRTC implementations, and what is done with them:
 *
 *     npm run interop                                       all that are installed, all scenarios
 *     npm run interop -- --peer chromium --scenario they-stop   some; each may be given several times
 *     npm run interop -- --json                             a line of JSON for each cell
 *     npm run interop -- --write-docs                       also writes docs/interoperability.md
 *     npm run interop -- --results FILE                     keeps results there, and does not run again what it has
 *     npm run interop -- --times 10                         each cell so often
 *
 * INTEROP_MODULES names a folder with peers that are packages of npm: `npm install @roamhq/wrtc werift` there.
 */
const { values } = parseArgs({
  options: {
    peer: { type: 'string', multiple: true },
    scenario: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
    results: { type: 'string' },
    times: { type: 'string', default: '1' },
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

const CELL = fileURLToPath(new URL('./cell.ts', import.meta.url));
const CELL_MS = 120_000;
let running: Child | undefined;

async function runCell(
  network: Network,
  peer: string,
  scenario: string,
  ...control: readonly string[]
): Promise<Result> {
  const cell = [CELL, peer, scenario, ...control];
  const [command, ...args] = [...network.prefix, process.execPath, '--import', 'tsx', ...cell];
  const child = new Child(command as string, args, { timeout: CELL_MS, lingers: 10_000 });
  running = child;
  const { lines, exitedByItself, code, stderr } = await child.ended;
  const told = lines.find((line) => 'faults' in line) as Omit<Result, 'peer' | 'scenario'> | undefined;
  if (!told) {
    const last = stderr.trim().split('\n').at(-1) ?? '';
    return {
      peer,
      scenario,
      faults: [`ended with ${code} and said nothing: ${last}`],
      figure: '',
      ms: CELL_MS,
    };
  }
  const stays = exitedByItself ? [] : ['the process did not end by itself'];
  return { ...told, peer, scenario, faults: [...told.faults, ...stays] };
}

/** For a cell that failed: what the raw binding comes to with the same peer. */
async function withControl(network: Network, result: Result): Promise<Result> {
  const { peer, scenario, faults } = result;
  if (faults.length === 0 || !SCENARIOS[scenario]?.control) return result;
  const raw = await runCell(network, peer, scenario, 'control');
  return { ...result, control: raw.faults[0] === undefined ? raw.figure : `fails, too: ${raw.faults[0]}` };
}

const wanted = chosen(values.peer, Object.keys(PEERS), 'peer');
const scenarios = chosen(values.scenario, Object.keys(SCENARIOS), 'scenario');
const say = (text: string) => void (values.json || console.log(text));

const missing = wanted.filter((peer) => !PEERS[peer]?.find());
for (const peer of missing) say(`${PEERS[peer]?.title} is not installed: ${PEERS[peer]?.from}`);
const peers = wanted.filter((peer) => !missing.includes(peer));
for (const peer of peers) PEERS[peer]?.prepare?.();

const cells = peers.flatMap((peer) =>
  scenarios
    .filter(
      (scenario) => !SCENARIOS[scenario]?.needs?.some((ability) => PEERS[peer]?.lacks?.includes(ability)),
    )
    .map((scenario) => [peer, scenario] as const),
);
const times = Number(values.times);
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
say(`${cells.length} cells in ${network.description}`);
const known = values.results !== undefined && existsSync(values.results);
const results: Result[] = known
  ? readFileSync(values.results as string, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Result)
  : [];
const isDone = (cell: readonly [string, string]) =>
  results.filter(({ peer, scenario }) => peer === cell[0] && scenario === cell[1]).length >= times;
for (const [peer, scenario] of cells.flatMap((cell) => Array.from({ length: times }, () => cell))) {
  if (isDone([peer, scenario])) continue;
  const result = await withControl(network, await runCell(network, peer, scenario));
  results.push(result);
  if (values.results !== undefined) appendFileSync(values.results, `${JSON.stringify(result)}\n`);
  if (values.json) console.log(JSON.stringify(result));
  const verdict = result.faults.length === 0 ? 'ok   ' : 'FAILS';
  const place = `${String(results.length).padStart(3)}/${cells.length * times}`;
  say(`${place} ${verdict} ${peer} ${scenario} ${result.figure} ${result.ms} ms`);
  for (const fault of result.faults) say(`          ${fault}`);
  if (result.control !== undefined) say(`          with the raw binding: ${result.control}`);
}
if (!values.json && results.length > 0) say(`\n${tablesOf(results, peers)}`);
if (values['write-docs']) writeDocument(results, peers, network.description);
process.exitCode = results.some(({ faults }) => faults.length > 0) ? 1 : 0;
