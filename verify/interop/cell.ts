import { type DataChannel, RtcRuntime } from 'scoped-rtc';
import { Peer } from './peer.js';
import { type PeerKind, PEERS } from './peers.js';
import type { Scenario } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';

/**
 * Cells of one peer, in a process of its own: `cell.ts PEER SCENARIO...`. Prints `{ scenario, faults, figure, ms }` for each. With
 * CONTROL=1 the raw binding is in our place.
 */
const [, , peerName = '', ...scenarioNames] = process.argv;
const isControl = process.env.CONTROL === '1';
const kind = PEERS[peerName];
if (!kind) throw new RangeError(`no such peer: ${peerName}`);

let faults: string[] = [];
const reported = (what: string, error: unknown) => {
  const { code, message } = error as { code?: string; message?: string };
  faults.push(`${what}: ${code ?? ''} ${message ?? String(error)}`.replace('  ', ' '));
};
RtcRuntime.shared.on('warning', ({ code, message }) => faults.push(`warning ${code}: ${message}`));
process.on('unhandledRejection', (reason) => reported('unhandled rejection', reason));
process.on('uncaughtException', (error) => reported('uncaught', error));

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
  peer.forget();
  let figure = '';
  let channel: DataChannel | undefined;
  const tools = {
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
    else figure = await runControl(scenario, peer);
  } catch (error) {
    reported('the scenario', error);
  }
  const ms = Math.round(performance.now() - begin);
  await scope.disposeAsync().catch((error: unknown) => reported('teardown', error));
  if (!isControl) {
    const left = RtcRuntime.shared.snapshot().natives;
    tools.check(left.held === 0 && left.retained === 0, `natives left: ${JSON.stringify(left)}`);
    const threads = RtcRuntime.shared.threads().count;
    tools.check(threads === 0, `${threads} threads left`);
    await scenario
      .after?.({ peer, ...tools }, channel)
      .catch((error: unknown) => reported('afterwards', error));
  }
  if (faults.length > 0) faults.push(...peer.errors.map((text) => `the peer says: ${text}`));
  console.log(JSON.stringify({ scenario: name, faults, figure, ms }));
}

async function runControl(scenario: Scenario, peer: Peer): Promise<string> {
  let raw: Peer | undefined;
  const ends = {
    peer,
    get raw() {
      return (raw ??= new Peer(PEERS.raw as PeerKind));
    },
  };
  try {
    return (await scenario.control?.(ends)) ?? '';
  } finally {
    await raw?.end();
  }
}
