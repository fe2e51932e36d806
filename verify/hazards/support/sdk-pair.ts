import {
  type DataChannel,
  type PeerConnection,
  RtcError,
  type RtcScope,
  type SessionDescription,
} from '../../../src/index.js';
import type { UdpLink } from '../../../test/support/udp-link.js';

export interface Pair {
  readonly alice: PeerConnection;
  readonly bob: PeerConnection;
}

export interface Channels extends Pair {
  readonly near: DataChannel;
  readonly far: DataChannel;
}

/** Two connections of one process, wired to each other, or over a link. */
export function sdkPair(scope: RtcScope, link?: UdpLink): Pair {
  const alice = scope.createPeerConnection('alice', { bindAddress: '127.0.0.1' });
  const bob = scope.createPeerConnection('bob', { bindAddress: '127.0.0.1' });
  wire(alice, bob, (text) => link?.redirect(text, 'left') ?? text);
  wire(bob, alice, (text) => link?.redirect(text, 'right') ?? text);
  return { alice, bob };
}

function wire(from: PeerConnection, to: PeerConnection, reported: (text: string) => string): void {
  const early: (() => void)[] = [];
  let described = false;
  const open = () => to.state === 'opening' || to.state === 'open';
  from.on('localDescription', (description: SessionDescription) => {
    if (!open()) return;
    try {
      to.setRemoteDescription({ ...description, sdp: reported(description.sdp) });
    } catch (error) {
      // The fuzzer sets descriptions of its own, and then this one may not fit any more.
      if (!(error instanceof RtcError)) throw error;
      return;
    }
    described = true;
    for (const add of early.splice(0)) add();
  });
  from.on('localCandidate', (candidate, mid) => {
    const add = () => {
      if (open()) to.addRemoteCandidate(reported(candidate), mid);
    };
    if (described) add();
    else early.push(add);
  });
}

/** A connected pair with one open channel. */
export async function sdkChannels(scope: RtcScope): Promise<Channels> {
  const pair = sdkPair(scope);
  return { ...pair, ...(await sdkChannel(pair, 'chat')) };
}

export async function sdkChannel(
  { alice, bob }: Pair,
  label: string,
): Promise<{ near: DataChannel; far: DataChannel }> {
  const arriving = new Promise<DataChannel>((resolve) => bob.once('dataChannel', resolve));
  const near = alice.createDataChannel(label);
  await near.opened();
  return { near, far: await arriving };
}
