import { Peer, TEARDOWN_MS } from './peer.js';
import { lossesOf } from './losses.js';
import { type Program, ROUGH } from './program.js';
import type { ChannelEnd, SimulatedPeer } from './simulated-peer.js';
import type { World } from './world.js';

/** How a run went. */
export interface Outcome {
  readonly faults: readonly string[];
  readonly tasks: number;
  /** Milliseconds of the simulated clock. */
  readonly ms: number;
  readonly sent: number;
  readonly received: number;
  readonly channels: number;
}

/** Milliseconds by which a teardown may exceed its bound: turns of the event loop that something else takes. */
const SLACK_MS = 400;

/** Holds a run against what the documents promise. */
export function judge(
  program: Program,
  world: World,
  peers: readonly [SimulatedPeer, SimulatedPeer],
  how: 'ended' | 'idle' | 'time' | 'tasks',
): Outcome {
  const faults: string[] = [];
  if (how !== 'ended') faults.push(`${hung(peers)} did not end (${how})`);
  let [sent, received, channels] = [0, 0, 0];
  const isRough = program.other !== 'ours' || program.steps.some(({ does }) => ROUGH.has(does));
  for (const peer of peers) if (peer instanceof Peer) faults.push(...faultsOf(peer, world, isRough));
  const isJudged = how === 'ended' && peers.every(({ process }) => !process.dead);
  const [ours, theirs] = [labelled(peers[0].logs), labelled(peers[1].logs)];
  for (const [label, halves] of ours) {
    channels += halves.length;
    const others = theirs.get(label) ?? [];
    // Which half of one process belongs to which of the other, where one of them made several with an id, cannot be told.
    if (halves.length !== 1 || others.length !== 1 || !inStep(label, ours, theirs)) continue;
    const [one, other] = [halves[0]!, others[0]!];
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      sent += from.attempted - from.doubtful.size;
      received += to.received.length;
      if (isJudged) faults.push(...lossesOf(from, to, program));
    }
  }
  return { faults, tasks: world.tasks, ms: world.now, sent, received, channels };
}

type Labelled = ReadonlyMap<string, readonly ChannelEnd[]>;

function labelled(logs: readonly ChannelEnd[]): Labelled {
  const found = new Map<string, ChannelEnd[]>();
  for (const log of logs) {
    const same = found.get(log.label);
    if (same) same.push(log);
    else found.set(log.label, [log]);
  }
  return found;
}

/** Of a channel that both make again and again: no end has closed a half that the other had not made yet. */
function inStep(label: string, ...both: readonly Labelled[]): boolean {
  const [, pair, use] = /^(pair-.*-)(\d+)$/.exec(label) ?? [];
  for (let number = 1; number <= Number(use ?? 0); number++) {
    if (!both.every((logs) => logs.get(`${pair}${number}`)?.[0]?.wasOpen)) return false;
  }
  return true;
}

function hung(peers: readonly SimulatedPeer[]): string {
  const names = peers
    .filter((peer) => !peer.ended)
    .map((peer) => {
      if (!(peer instanceof Peer)) return peer.process.name;
      const { process, logs, end } = peer;
      const open = logs
        .filter((log) => !log.settled)
        .map(({ label, channel }) => `${label} (${channel.state})`);
      return `${process.name} (${end ? `scope ended, ${open.join(', ')} not` : 'scope not ended'})`;
    });
  return names.join(' and ');
}

function faultsOf(peer: Peer, world: World, isRough: boolean): string[] {
  const { process, binding, end, logs } = peer;
  const faults = process.uncaught.filter((text) => !Peer.isMishap(text));
  for (const log of logs) faults.push(...log.wrong.map((what) => `${log.label}: ${what}`));
  faults.push(
    ...binding.aborts.map(({ kind, where, error }) => `abort in ${kind}.${where}: ${String(error)}`),
  );
  // What it would not close is met by the cleanup.
  if (!peer.faults.has('throwInClose'))
    faults.push(...binding.violations.map(({ kind, reason }) => `${kind}: ${reason}`));
  if (!process.dead && end) {
    if (end.took > TEARDOWN_MS + SLACK_MS + process.heldUp)
      faults.push(`the teardown took ${Math.round(end.took)} ms`);
    if (end.error !== undefined && !isRough) faults.push(`the teardown failed: ${String(end.error)}`);
    if (binding.live.length > 0 && !peer.faults.has('throwInClose'))
      faults.push(`left: ${binding.live.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`);
    const used = Object.values(binding.created).some((count) => count > 0);
    if (binding.cleanups !== (used ? 1 : 0)) faults.push(`${binding.cleanups} cleanups`);
    const timers = world.timersOf(process);
    if (timers > 0) faults.push(`${timers} timers left`);
  }
  return faults.map((fault) => `${process.name}: ${fault}`);
}
