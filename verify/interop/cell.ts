import { RtcRuntime } from 'scoped-rtc';
import { Peer } from './peer.js';
import { type PeerKind, PEERS } from './peers.js';
import { SCENARIOS } from './scenarios/index.js';

/**
 * One cell of the table, in a process of its own: `cell.ts PEER SCENARIO [control]`. Prints `{ faults, figure, ms }`. A control
 * has the raw binding in our place.
 */
const [, , peerName = '', scenarioName = '', control] = process.argv;
const kind = PEERS[peerName];
const scenario = SCENARIOS[scenarioName];
if (!kind || !scenario) throw new RangeError(`no such cell: ${peerName} ${scenarioName}`);

const faults: string[] = [];
let figure = '';
const tools = {
  check: (holds: boolean, what: string) => void (holds || faults.push(what)),
  figure: (text: string) => {
    figure = text;
  },
};
const told = (what: string, error: unknown) => {
  const { code, message } = error as { code?: string; message?: string };
  faults.push(`${what}: ${code ?? ''} ${message ?? String(error)}`.replace('  ', ' '));
};

RtcRuntime.shared.on('warning', ({ code, message }) => faults.push(`warning ${code}: ${message}`));
process.on('unhandledRejection', (reason) => told('unhandled rejection', reason));
process.on('uncaughtException', (error) => told('uncaught', error));

const peer = new Peer(kind);
let begin = performance.now();
const scope = RtcRuntime.acquire('interop');
try {
  await peer.ready();
  begin = performance.now();
  if (control === undefined) await scenario.run({ scope, peer, ...tools });
  else await runControl();
} catch (error) {
  told('the scenario', error);
}
const ms = Math.round(performance.now() - begin);
await scope.disposeAsync().catch((error: unknown) => told('teardown', error));
const left = RtcRuntime.shared.snapshot().natives;
tools.check(left.held === 0 && left.retained === 0, `natives left: ${JSON.stringify(left)}`);
const threads = RtcRuntime.shared.threads().count;
tools.check(threads === 0, `${threads} threads left`);
if (control === undefined)
  await scenario.after?.({ peer, ...tools }).catch((error: unknown) => told('afterwards', error));
if (faults.length > 0) faults.push(...peer.errors.map((text) => `the peer says: ${text}`));
await peer.end();
console.log(JSON.stringify({ faults, figure, ms }));
console.log(JSON.stringify({ mainDone: true }));

async function runControl(): Promise<void> {
  const raw = new Peer(PEERS.raw as PeerKind);
  try {
    await raw.ready();
    figure = (await scenario?.control?.({ raw, peer })) ?? '';
  } finally {
    await raw.end();
  }
}
