import { createSocket } from 'node:dgram';
import type { DataChannel, PeerConnection } from '../../../src/index.js';
import { incoming, type LinkOptions, LOOPBACK, link } from '../programs/link.js';
import { type Bench, moment, type Reach, seen } from './bench.js';
import type { State } from './cells.js';

const BOUND = { timeout: 10_000 };

function connect(bench: Bench, options?: LinkOptions): { near: PeerConnection; far: PeerConnection } {
  const near = bench.scope.createPeerConnection('near', { ...LOOPBACK, signal: bench.signal });
  const far = bench.peers.createPeerConnection('far', LOOPBACK);
  link(near, far, options);
  return { near, far };
}

/** A STUN server that never answers: gathering takes many seconds. */
async function gatheringConnection(bench: Bench, signal?: AbortSignal): Promise<PeerConnection> {
  const stun = createSocket('udp4');
  await new Promise<void>((resolve) => stun.bind(0, '127.0.0.1', resolve));
  bench.later(() => stun.close());
  const iceServers = [`stun:127.0.0.1:${stun.address().port}`];
  return bench.scope.createPeerConnection('near', {
    ...LOOPBACK,
    iceServers,
    ...(signal ? { signal } : {}),
  });
}

const underWay = (state: unknown) => state !== 'new' && state !== 'complete';

export const connectionStates: Record<State, Reach> = {
  new: async (bench) => ({
    handle: bench.scope.createPeerConnection('near', { ...LOOPBACK, signal: bench.signal }),
  }),
  gathering: async (bench) => {
    const near = await gatheringConnection(bench, bench.signal);
    const reached = moment(bench, near, 'gatheringStateChange', underWay);
    near.createDataChannel('chat');
    await reached;
    return { handle: near };
  },
  connecting: async (bench) => {
    const { near } = connect(bench, { candidates: false });
    const reached = moment(bench, near, 'stateChange', (state) => state === 'connecting');
    near.createDataChannel('chat');
    await reached;
    return { handle: near };
  },
  open: async (bench) => {
    const { near } = connect(bench);
    const reached = moment(bench, near, 'stateChange', (state) => state === 'connected');
    near.createDataChannel('chat');
    await reached;
    return { handle: near };
  },
  'being closed by its peer': async (bench) => {
    const { near, far } = connect(bench);
    near.createDataChannel('chat');
    await near.connected(BOUND);
    const reached = moment(bench, near, 'stateChange');
    await far.close();
    if (bench.byCallback) await reached;
    return { handle: near };
  },
  'closed by its peer': async (bench) => {
    const { near, far } = connect(bench);
    near.createDataChannel('chat');
    await near.connected(BOUND);
    const reached = moment(bench, near, 'close');
    await far.close();
    await reached;
    return { handle: near };
  },
  failed: async (bench) => {
    const { near } = connect(bench, { tamper: true });
    const reached = moment(bench, near, 'error');
    near.createDataChannel('chat');
    await reached;
    return { handle: near };
  },
};

async function opened(bench: Bench) {
  const near = bench.scope.createPeerConnection('near', LOOPBACK);
  const far = bench.peers.createPeerConnection('far', LOOPBACK);
  link(near, far);
  const arriving = incoming(far);
  const handle = near.createDataChannel('chat', { signal: bench.signal });
  return { near, handle, peer: async (): Promise<DataChannel> => await arriving };
}

export const channelStates: Record<State, Reach> = {
  new: async (bench) => {
    const owner = bench.scope.createPeerConnection('near', { ...LOOPBACK, disableAutoNegotiation: true });
    return { handle: owner.createDataChannel('chat', { signal: bench.signal }), owner };
  },
  gathering: async (bench) => {
    const owner = await gatheringConnection(bench);
    const gathering = seen(owner, 'gatheringStateChange', underWay);
    const handle = owner.createDataChannel('chat', { signal: bench.signal });
    await gathering;
    return { handle, owner };
  },
  connecting: async (bench) => {
    const owner = bench.scope.createPeerConnection('near', LOOPBACK);
    link(owner, bench.peers.createPeerConnection('far', LOOPBACK), { candidates: false });
    const connecting = seen(owner, 'stateChange', (state) => state === 'connecting');
    const handle = owner.createDataChannel('chat', { signal: bench.signal });
    await connecting;
    return { handle, owner };
  },
  open: async (bench) => {
    const { near, handle } = await opened(bench);
    await moment(bench, handle, 'open');
    return { handle, owner: near };
  },
  'being closed by its peer': async (bench) => {
    const { near, handle, peer } = await opened(bench);
    await handle.opened(BOUND);
    const reached = moment(bench, handle, 'message');
    const far = await peer();
    await far.send('last words');
    void far.close();
    await reached;
    return { handle, owner: near };
  },
  'closed by its peer': async (bench) => {
    const { near, handle, peer } = await opened(bench);
    await handle.opened(BOUND);
    const reached = moment(bench, handle, 'close');
    await (await peer()).close();
    await reached;
    return { handle, owner: near };
  },
  failed: async (bench) => {
    const owner = bench.scope.createPeerConnection('near', LOOPBACK);
    link(owner, bench.peers.createPeerConnection('far', LOOPBACK), { tamper: true });
    const handle = owner.createDataChannel('chat', { signal: bench.signal });
    await moment(bench, handle, 'close');
    return { handle, owner };
  },
};
