import type { Random } from '../chaos/random.js';
import {
  AcknowledgedChannel,
  type DataChannel,
  memorySignaling,
  messageChannelSignaling,
  type PeerConnection,
  RtcError,
  type RtcScope,
} from '../../src/index.js';
import { Mishap } from './mishap.js';
import type { PeerProcess } from './peer-process.js';

/** One use of the package from the first handle to the last; the scope is torn down afterwards, by the caller. */
export type Cycle = (scope: RtcScope, random: Random, peer: PeerProcess) => Promise<void>;

const LOCAL = { bindAddress: '127.0.0.1' };
const CHANNEL_MS = 10_000;

interface Pair {
  readonly near: DataChannel;
  readonly far: DataChannel;
  readonly alice: PeerConnection;
  readonly bob: PeerConnection;
}

async function pair(scope: RtcScope): Promise<Pair> {
  const alice = scope.createPeerConnection('alice', LOCAL);
  const bob = scope.createPeerConnection('bob', LOCAL);
  const [left, right] = memorySignaling();
  const near = alice.createDataChannel('chat');
  const incoming = new Promise<DataChannel>((resolve) => bob.once('dataChannel', resolve));
  await Promise.all([alice.negotiate(left), bob.negotiate(right), near.opened({ timeout: CHANNEL_MS })]);
  return { near, far: await incoming, alice, bob };
}

/** Sends some messages and waits for as many. */
async function exchange(from: DataChannel, to: DataChannel, random: Random): Promise<void> {
  const count = 1 + random.below(40);
  const size = 1 + random.below(4000);
  const reading = (async () => {
    let left = count;
    for await (const _ of to) if (--left === 0) return;
    throw new Error(`${left} of ${count} messages were lost`);
  })();
  for (let i = 0; i < count; i++)
    await from.send(i % 2 === 0 ? Buffer.alloc(size, i) : 'text '.repeat(size / 5));
  await reading;
}

const talk: Cycle = async (scope, random) => {
  const { near, far } = await pair(scope);
  await exchange(near, far, random);
  await exchange(far, near, random);
};

/** What was sent last is still on its way when the block ends. */
const leaveAtOnce: Cycle = async (scope, random) => {
  const { near } = await pair(scope);
  for (let i = 0; i < random.below(100); i++) near.trySend(Buffer.alloc(1000));
};

const manyChannels: Cycle = async (scope, random) => {
  const { alice, bob } = await pair(scope);
  bob.on('dataChannel', (channel) => channel.on('message', (message) => void channel.send(message)));
  for (let i = 0; i < 2 + random.below(8); i++) {
    const channel = alice.createDataChannel(`extra-${i}`);
    await channel.opened({ timeout: CHANNEL_MS });
    await channel.send('ping');
    for await (const _ of channel) break;
    if (random.chance(0.5)) await channel.close();
  }
};

/** Signaling through two sockets and a server. */
const overSockets: Cycle = async (scope, random) => {
  const server = scope.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
  const bob = scope.createPeerConnection('bob', LOCAL);
  const incoming = new Promise<DataChannel>((resolve) => bob.once('dataChannel', resolve));
  server.on('connection', (socket) => void bob.negotiate(messageChannelSignaling(socket)).catch(() => {}));
  const socket = scope.createWebSocket(`ws://127.0.0.1:${server.port}/`);
  const alice = scope.createPeerConnection('alice', LOCAL);
  const near = alice.createDataChannel('chat');
  await alice.negotiate(messageChannelSignaling(socket));
  await near.opened({ timeout: CHANNEL_MS });
  await exchange(near, await incoming, random);
};

const throwInBody: Cycle = async (scope, random) => {
  const { near } = await pair(scope);
  near.trySend(Buffer.alloc(random.below(10_000)));
  throw new Mishap('an exception in the body');
};

/** Becomes an uncaught exception, which the process listens for; the other listeners still get the message. */
const throwInHandler: Cycle = async (scope) => {
  const { near, far } = await pair(scope);
  far.on('message', () => {
    throw new Mishap('a handler that throws');
  });
  const received = new Promise((resolve) => far.on('message', resolve));
  await near.send('x');
  await received;
};

const abortOpen: Cycle = async (scope, random) => {
  const { alice, near, far } = await pair(scope);
  for (let i = 0; i < random.below(50); i++) near.trySend(Buffer.alloc(1000));
  const reason = new Mishap('aborted');
  if (random.chance(0.5)) alice.abort(reason);
  else far.abort(reason);
};

const abortConnecting: Cycle = async (scope, random) => {
  const controller = new AbortController();
  const alice = scope.createPeerConnection('alice', { ...LOCAL, signal: controller.signal });
  const bob = scope.createPeerConnection('bob', LOCAL);
  const [left, right] = memorySignaling();
  alice.createDataChannel('chat');
  const both = Promise.allSettled([alice.negotiate(left), bob.negotiate(right, { timeout: 200 })]);
  await new Promise((resolve) => setTimeout(resolve, random.below(5)));
  controller.abort(new Mishap('aborted while connecting'));
  await both;
};

/** Nobody listens there. */
const refusedSocket: Cycle = async (scope) => {
  const server = scope.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
  const { port } = server;
  await server.close();
  const socket = scope.createWebSocket(`ws://127.0.0.1:${port}/`);
  await socket.opened({ timeout: CHANNEL_MS }).catch((error: unknown) => {
    if (!(error instanceof RtcError)) throw error;
  });
};

const otherProcess: Cycle = async (scope, random, peer) => {
  await connectOther(scope, random, peer);
};

/** The peer is killed with messages under way: this side has to give up by itself, within the scope's deadline. */
const killedPeer: Cycle = async (scope, random, peer) => {
  const near = await connectOther(scope, random, peer);
  for (let i = 0; i < 20; i++) near.trySend(Buffer.alloc(1000));
  await peer.kill();
};

async function connectOther(scope: RtcScope, random: Random, peer: PeerProcess): Promise<DataChannel> {
  await peer.ready();
  const pc = scope.createPeerConnection('alice', LOCAL);
  const near = pc.createDataChannel('chat');
  const signaling = peer.signaling();
  pc.once('close', () => signaling[Symbol.dispose]());
  await pc.negotiate(signaling, { timeout: CHANNEL_MS });
  await near.opened({ timeout: CHANNEL_MS });
  await exchange(near, near, random);
  return near;
}

/** Short-lived channels of every kind, and sockets, several at a time on one connection. */
const mixed: Cycle = async (scope, random) => {
  const { alice, bob } = await pair(scope);
  const server = scope.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
  server.on('connection', (socket) =>
    socket.on('message', (message) => void socket.send(message).catch(() => {})),
  );
  bob.on('dataChannel', (channel) => answer(channel, random));
  const uses = [
    () => echoed(alice.createDataChannel('echo')),
    () => streamed(alice.createDataChannel('stream'), random),
    () => acknowledged(alice.createDataChannel('acknowledged')),
    () => overSocket(scope, `ws://127.0.0.1:${server.port}/`, random),
  ];
  for (let round = 0; round < 5; round++) {
    await Promise.all(Array.from({ length: 6 }, () => uses[random.below(uses.length)]!()));
  }
};

function answer(channel: DataChannel, random: Random): void {
  if (channel.label === 'echo')
    channel.on('message', (message) => void channel.send(message).catch(() => {}));
  else if (channel.label === 'acknowledged') new AcknowledgedChannel(channel).subscribe(() => {});
  else {
    const reader = channel.toDuplex();
    reader.on('error', () => {});
    reader.on('data', () => {
      if (random.chance(0.1)) reader.destroy(new Mishap('the reader leaves'));
    });
  }
}

async function echoed(channel: DataChannel): Promise<void> {
  for (let n = 0; n < 5; n++) await channel.send('x'.repeat(500));
  for (let n = 0; n < 5; n++) await channel.nextMessage({ timeout: CHANNEL_MS });
  await channel.close();
}

/** Either end may leave while it goes on. */
async function streamed(channel: DataChannel, random: Random): Promise<void> {
  const writer = channel.toDuplex();
  writer.on('error', () => {});
  for (let n = 0; n < 10; n++) writer.write(Buffer.alloc(20_000));
  if (random.chance(0.5)) writer.destroy(new Mishap('the writer leaves'));
  else writer.end();
  await channel.closed({ timeout: CHANNEL_MS });
}

async function acknowledged(channel: DataChannel): Promise<void> {
  const messages = new AcknowledgedChannel(channel);
  for (let n = 0; n < 5; n++) await messages.send({ n });
  await messages.close();
  await channel.close();
}

async function overSocket(scope: RtcScope, url: string, random: Random): Promise<void> {
  const socket = scope.createWebSocket(url, { name: 'socket' });
  await socket.send('x');
  await socket.nextMessage({ timeout: CHANNEL_MS });
  if (random.chance(0.5)) await socket.close();
  else await socket.abort();
}

/** How often, in parts of their sum. A killed peer costs the time until the scope's deadline. */
const WEIGHTS: readonly (readonly [string, Cycle, number])[] = [
  ['talk', talk, 300],
  ['leave at once', leaveAtOnce, 100],
  ['many channels', manyChannels, 80],
  ['over sockets', overSockets, 120],
  ['throw in the body', throwInBody, 100],
  ['throw in a handler', throwInHandler, 80],
  ['abort when open', abortOpen, 80],
  ['abort while connecting', abortConnecting, 60],
  ['refused socket', refusedSocket, 40],
  ['mixed', mixed, 40],
  ['other process', otherProcess, 60],
  ['killed peer', killedPeer, 6],
];

const SUM = WEIGHTS.reduce((sum, [, , weight]) => sum + weight, 0);

export function pickCycle(random: Random): readonly [name: string, cycle: Cycle] {
  let at = random.next() * SUM;
  for (const [name, cycle, weight] of WEIGHTS) if ((at -= weight) < 0) return [name, cycle];
  return ['talk', talk];
}
