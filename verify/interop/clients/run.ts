import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Child, ROOT } from '../../../test/support/child.js';
import { type Round, type Row, tableOf, worseThanRaw } from './table.js';

/*
 * Each client library with node-datachannel as it is (`raw`) and with this package (`register`, `w3c`), in turn: several
 * short runs of each rather than one long one, so that what else the machine does falls on all alike. Ends with 1 where
 * one of ours is worse than raw by more than chance.
 */

interface Client {
  readonly program: string;
  readonly ways: readonly string[];
  /** The first major version of Node.js that it runs on. Default: any. */
  readonly node?: number;
  /** Milliseconds after which a round has failed. Default: `LONGEST_MS`. */
  readonly longest?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

const LONGEST_MS = 6000;
const ALL = ['raw', 'register', 'w3c'];
const CLIENTS: Readonly<Record<string, Client>> = {
  'MDN pattern': { program: 'mdn', ways: ALL },
  'simple-peer': { program: 'simple-peer', ways: ALL },
  // A polyfill does not tell the end of gathering: simple-peer waits 5 s for that, for an offer and for an answer.
  'simple-peer, no trickle': {
    ...{ program: 'simple-peer', ways: ALL, longest: 20_000 },
    environment: { CLIENT_TRICKLE: 'false' },
  },
  '@thaunknown/simple-peer': { program: 'thaunknown-simple-peer', ways: ALL },
  peerjs: { program: 'peerjs', ways: ALL },
  'y-webrtc': { program: 'y-webrtc', ways: ALL },
  trystero: { program: 'trystero', ways: ALL },
  'geckos.io': { program: 'geckos', ways: ALL },
  webtorrent: { program: 'webtorrent', ways: ALL, node: 22, longest: 20_000 },
  RxDB: { program: 'rxdb', ways: ALL },
  'libp2p relay': { program: 'libp2p-relay', ways: ['raw', 'register'], node: 22 },
  'libp2p direct, redial': { program: 'libp2p-redial', ways: ['raw', 'register'], node: 22 },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { clients: { type: 'boolean' }, rounds: { type: 'string' }, turns: { type: 'string' } },
});
const rounds = Number(values.rounds ?? 20);
const turns = Number(values.turns ?? 3);
const here = fileURLToPath(new URL('.', import.meta.url));
const entry = new URL('../../../dist/index.js', import.meta.url);
if (!existsSync(entry)) throw new Error('run `npm run build` first');
if (!existsSync(`${here}node_modules`)) throw new Error(`run \`npm ci --ignore-scripts\` in ${here} first`);

const chosen = positionals.length > 0 ? positionals : Object.keys(CLIENTS);
const rows: Row[] = [];
for (const client of chosen) {
  const { program, ways, environment = {}, node = 0, longest = LONGEST_MS } = CLIENTS[client] ?? fail(client);
  if (Number.parseInt(process.versions.node, 10) < node) {
    console.error(`${client} is skipped: it needs Node.js ${node}`);
    continue;
  }
  const found = new Map<string, Round[]>(ways.map((way) => [way, []]));
  for (let turn = 0; turn < turns; turn++) {
    for (const way of ways) found.get(way)?.push(...(await run(program, way, longest, environment)));
  }
  for (const [way, list] of found) rows.push({ client, way, rounds: list });
  console.log(tableOf(rows.slice(-ways.length)));
}
console.log(`\n${tableOf(rows)}`);
const worse = worseThanRaw(rows);
for (const line of worse) console.error(`worse than raw: ${line}`);
process.exitCode = worse.length > 0 ? 1 : 0;

async function run(
  program: string,
  way: string,
  longest: number,
  environment: Readonly<Record<string, string>>,
): Promise<Round[]> {
  const register = new URL('compat/register.js', entry).href;
  const child = new Child(new URL(`programs/${program}.mjs`, import.meta.url), [way, String(rounds)], {
    environment: { ...environment, CLIENT_LONGEST_MS: String(longest), SCOPED_RTC: entry.href },
    folder: ROOT,
    timeout: 15_000 + rounds * (longest + 1000),
    ...(way === 'register' ? { nodeArguments: ['--import', register] } : {}),
  });
  const { lines, stderr, code } = await child.ended;
  const done = lines.flatMap((line) => ('outcome' in line ? [line as unknown as Round] : []));
  if (done.length < rounds) console.error(`${program} ${way} ended with ${code}: ${stderr.slice(-400)}`);
  const missing = Array.from({ length: rounds - done.length }, () => ({ outcome: 'no end', ms: 0 }));
  return [...done, ...missing];
}

function fail(client: string): never {
  throw new RangeError(`no client is called ${client}; there are: ${Object.keys(CLIENTS).join(', ')}`);
}
