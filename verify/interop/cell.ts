import { type DataChannel, RtcRuntime } from 'scoped-rtc';
import { Peer, PEER_SAYS } from './peer.js';
import { type PeerKind, PEERS } from './peers.js';
import type { Scenario, Tools } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';

/**
 * Cells of one peer, in a process of its own: `cell.ts PEER SCENARIO...`. Prints `{ scenario, faults, isOurs, figure, ms }` for
 * each. With CONTROL=1 the raw binding is in our place.
 */
const [, , peerName = '', ...scenarioNames] = process.argv;
const isControl = process.env.CONTROL === '1';
const kind = PEERS[peerName];
if (!kind) throw new RangeError(`no such peer: ${peerName}`);

let faults: string[] = [];
/** One of the faults is ours whatever the peer does. */
let isOurs = false;
const ours = (fault: string) => {
  isOurs = true;
  faults.push(fault);
};
const textOf = (what: string, error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string };
  return `${what}: ${code ?? ''} ${message ?? String(error)}`.replace('  ', ' ');
};
RtcRuntime.shared.on('warning', ({ code, message }) => ours(`warning ${code}: ${message}`));
process.on('unhandledRejection', (reason) => ours(textOf('unhandled rejection', reason)));
process.on('uncaughtException', (error) => ours(textOf('uncaught', error)));

const peer = new Peer(kind);
for (const name of scenarioNames) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new RangeError(`no such scenario: ${name}`);
  await runScenario(name, scenario, peer);
}
await peer.end();
console.log(JSON.stringify({ mainDone: true }));

async function runScenario(name: string, scenario: Scenario, peer: Peer): Promise<void> {
  faults = [];
  isOurs = false;
  peer.forget();
  let figure = '';
  let channel: DataChannel | undefined;
  const tools: Tools = {
    check: (holds: boolean, what: string) => void (holds || faults.push(what)),
    figure: (text: string) => {
      figure = text;
    },
  };
  let begin = performance.now();
  const scope = RtcRuntime.acquire('interop');
  try {
    await peer.ready();
    begin = performance.now();
    if (!isControl) channel = (await scenario.run({ scope, peer, ...tools })) ?? undefined;
    else await runControl(scenario, peer, tools);
  } catch (error) {
    faults.push(textOf('the scenario', error));
  }
  const ms = Math.round(performance.now() - begin);
  await scope.disposeAsync().catch((error: unknown) => ours(textOf('teardown', error)));
  if (!isControl) {
    const left = RtcRuntime.shared.snapshot().natives;
    if (left.held > 0 || left.retained > 0) ours(`natives left: ${JSON.stringify(left)}`);
    const threads = RtcRuntime.shared.threads().count;
    if (threads > 0) ours(`${threads} threads left`);
    await scenario
      .after?.({ peer, ...tools }, channel)
      .catch((error: unknown) => faults.push(textOf('afterwards', error)));
  }
  if (faults.length > 0) faults.push(...peer.errors.map((text) => PEER_SAYS + text));
  console.log(JSON.stringify({ scenario: name, faults, isOurs, figure, ms }));
}

async function runControl(scenario: Scenario, peer: Peer, tools: Tools): Promise<void> {
  let raw: Peer | undefined;
  const ends = {
    peer,
    get raw() {
      return (raw ??= new Peer(PEERS.raw as PeerKind));
    },
  };
  try {
    await scenario.control?.(ends, tools);
  } finally {
    await raw?.end();
  }
}
