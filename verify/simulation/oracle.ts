import { Peer, TEARDOWN_MS } from './peer.js';
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
  // Arrival is promised only between two ends that both have this package, and know it.
  const isRough = program.other !== 'ours' || program.steps.some(({ does }) => ROUGH.has(does));
  for (const peer of peers) if (peer instanceof Peer) faults.push(...faultsOf(peer, world, isRough));
  const mayCross = endsMayCross(program);
  for (const log of peers[0].logs) {
    const other = peers[1].logs.find(({ label }) => label === log.label);
    channels++;
    if (!inStep(log.label, peers) || isMadeAgain(log.label, peers)) continue;
    for (const [from, to] of [
      [log, other],
      [other, log],
    ] as const) {
      if (!from || !to) continue;
      sent += from.attempted - from.doubtful.size;
      received += to.received.length;
      if (peers.some(({ process }) => process.dead) || how !== 'ended' || program.other === 'hostile')
        continue;
      const fault = lost(from, to, isRough || from.isLossy, mayCross && !from.isExact);
      if (fault) faults.push(fault);
    }
  }
  return { faults, tasks: world.tasks, ms: world.now, sent, received, channels };
}

/** Of a channel that both make again and again: no end has closed a half that the other had not made yet. */
function inStep(label: string, peers: readonly SimulatedPeer[]): boolean {
  const [, pair, use] = /^(pair-.*-)(\d+)$/.exec(label) ?? [];
  for (let number = 1; number <= Number(use ?? 0); number++) {
    const halves = peers.map(({ logs }) => logs.find((log) => log.label === `${pair}${number}`));
    if (!halves.every((half) => half?.wasOpen)) return false;
  }
  return true;
}

/** Which half of one process belongs to which of the other, where one of them made several with an id, cannot be told. */
function isMadeAgain(label: string, peers: readonly SimulatedPeer[]): boolean {
  return peers.some(({ logs }) => logs.filter((log) => log.label === label).length > 1);
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

/** What `send` accepted has come, or was told of; where nobody was rough, it has come. */
function lost(from: ChannelEnd, to: ChannelEnd, isRough: boolean, mayCross: boolean): string | undefined {
  const { told } = from;
  if (told === undefined) return undefined;
  const came = new Set(to.received);
  let missing = 0;
  for (let n = 0; n < from.attempted; n++) if (!came.has(n) && !from.doubtful.has(n)) missing++;
  if (missing > told + to.unread && !mayCross)
    return `${from.label}: ${missing} of ${from.attempted} messages are missing, ${told} were told`;
  if (told > missing + from.doubtful.size && !isRough)
    return `${from.label}: ${told} of ${from.attempted} messages were told, ${missing} are missing`;
  // A program took nothing where the channel was closed before its stream was there.
  const tookAny = to.wasOpen || !from.label.endsWith('streamed');
  if (missing > to.unread && !isRough && from.wasOpen && tookAny)
    return `${from.label}: ${missing} of ${from.attempted} messages are missing (told)`;
  return undefined;
}

const CLOSING: ReadonlySet<string> = new Set([
  'closeChannel',
  'abortChannel',
  'reopen',
  'closeConnection',
  'abortConnection',
]);

/**
 * A peer without this package resets the stream when it closes a channel, and that looks like the answer to our reset:
 * what was on its way is taken for confirmed then, as the documents say.
 */
function endsMayCross({ other, steps, ends }: Program): boolean {
  if (other === 'ours') return false;
  return ends[1] < ends[0] + ANSWERED_MS || steps.some(({ who, does }) => who === 1 && CLOSING.has(does));
}

/** Milliseconds after which an end that closes has surely had its answer. */
const ANSWERED_MS = 1000;
