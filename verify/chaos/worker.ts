import { type DataChannel, type PeerConnection, RtcRuntime, type Signaling } from '../../src/index.js';
import { ChannelLog } from './channel-log.js';
import { Random } from './random.js';
import type { FromWorker, ToWorker } from './reports.js';

/** One of the processes: connects to whom the parent says, and does at random what users do, mistakes included. */
const seed = Number(process.argv[2]);
// A killed peer is not noticed for longer than this, so the milliseconds are waited for in full.
const scope = RtcRuntime.acquire('chaos', { timeout: 2500 });
const logs = new Set<ChannelLog>();
const connections = new Map<string, PeerConnection>();
const inboxes = new Map<string, { take?: (message: unknown) => void; early: unknown[] }>();
const reports: Promise<void>[] = [];
const unexpected: string[] = [];
const figures = { connections: 0, thrown: 0, blocked: 0 };
let finishing = false;
let deeds = 0;
let opened = 0;

class Mishap extends Error {}

process.on('uncaughtException', (error) => {
  if (!(error instanceof Mishap) && !(error.cause instanceof Mishap)) unexpected.push(String(error.stack));
});
process.on('unhandledRejection', (error) => unexpected.push(`rejection: ${String(error)}`));
process.on('message', (message: ToWorker) => {
  if ('connect' in message) connect(message.connect, message.offers);
  else if ('signal' in message) signaled(message.id, message.signal);
  else void finish();
});
RtcRuntime.shared.on('warning', ({ code, message }) => {
  // A peer that was killed or has closed meanwhile leaves the other with messages of no use.
  if (code !== 'RTC_SIGNALING') unexpected.push(`${code}: ${message}`);
});
process.once('disconnect', () => {
  if (!finishing) process.exit(1); // whoever started it is gone
});
const acting = setInterval(act, 5);
post({ ready: true });

function post(message: FromWorker, sent = () => {}): void {
  process.send?.(message, undefined, undefined, sent);
}

function connect(id: string, offers: boolean): void {
  figures.connections++;
  const pc = scope.createPeerConnection(id, { bindAddress: '127.0.0.1' });
  connections.set(id, pc);
  pc.on('close', () => connections.delete(id));
  pc.on('dataChannel', (channel) => log(channel, 'incoming'));
  if (offers) openChannel(id, pc);
  pc.negotiate(signaling(id), { timeout: 20_000 }).catch(() => {});
}

function openChannel(id: string, pc: PeerConnection): void {
  const name = `${id}/${seed}.${opened++}`;
  const unordered = Random.of(seed, name).chance(0.3);
  const label = `${name}${unordered ? ' unordered' : ''}`;
  log(pc.createDataChannel(label, { unordered }), 'created');
}

/** Where it is not known yet that the peer is gone, the library refuses to open a channel. */
function openAnother(id: string, pc: PeerConnection): void {
  try {
    openChannel(id, pc);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'RTC_NATIVE') throw error;
  }
}

function log(channel: DataChannel, origin: 'created' | 'incoming'): void {
  const random = Random.of(seed, channel.label);
  const made = new ChannelLog(channel, origin, () => {
    if (!finishing && random.chance(0.002)) {
      figures.thrown++;
      throw new Mishap('a handler that throws');
    }
  });
  logs.add(made);
  // Reported at once: what is known of a channel holds also when this process is killed later.
  const reported = made.report().then((channel) => post({ channel }));
  reported
    .catch((error) => unexpected.push(`${channel.label}: ${String(error)}`))
    .finally(() => logs.delete(made));
  reports.push(reported);
}

/** One random deed; most of the time, sending. Which one it is does not depend on what came before. */
function act(): void {
  const random = Random.of(seed, ++deeds);
  const open = [...logs].filter(({ channel }) => channel.state === 'open');
  const dice = random.next();
  const entry = random.pick(open);
  const [id, pc] = random.pick([...connections]) ?? [];
  if (dice < 0.8) entry?.burst(random);
  else if (dice < 0.86 && id !== undefined && pc?.connectionState === 'connected') {
    if (pc.state === 'open' || pc.state === 'opening') openAnother(id, pc);
  } else if (dice < 0.89) void entry?.channel.close();
  else if (dice < 0.9) entry?.channel.abort(new Error('chaos'));
  else if (dice < 0.905) void pc?.close();
  else if (dice < 0.907) pc?.abort(new Error('chaos'));
  else if (dice < 0.915) block(20 + random.below(200));
}

function block(ms: number): void {
  figures.blocked++;
  const end = performance.now() + ms;
  while (performance.now() < end);
}

function signaling(id: string): Signaling {
  const inbox = inboxOf(id);
  return {
    send: (message) => post({ id, signal: message }),
    subscribe(onMessage) {
      inbox.take = onMessage;
      for (const message of inbox.early.splice(0)) queueMicrotask(() => onMessage(message));
      return {
        [Symbol.dispose]() {
          inbox.take = () => {};
        },
      };
    },
    close: () => {},
  };
}

function signaled(id: string, message: unknown): void {
  const { take, early } = inboxOf(id);
  if (take) take(message);
  else early.push(message);
}

function inboxOf(id: string) {
  const found = inboxes.get(id) ?? { early: [] };
  inboxes.set(id, found);
  return found;
}

async function finish(): Promise<void> {
  finishing = true;
  clearInterval(acting);
  await scope.disposeAsync().catch((error) => unexpected.push(`teardown: ${String(error)}`));
  await Promise.allSettled(reports);
  const { held, retained } = RtcRuntime.shared.snapshot().natives;
  const threads = RtcRuntime.shared.threads().count;
  const done = { ...figures, held, retained, threads, unexpected };
  // From then on nothing keeps the process but what it has leaked.
  post({ done }, () => process.disconnect());
}
