import type { DataChannel, PeerConnection } from '../../../src/index.js';
import { withOtherFingerprint } from '../../support/altered-signaling.js';

/** Settings that keep a connection on this machine. */
export const LOOPBACK = { bindAddress: '127.0.0.1' } as const;

export interface LinkOptions {
  /** The offerer is given another fingerprint than the answerer's: its handshake fails. */
  readonly tamper?: boolean;
  /** False: descriptions pass, candidates do not, so that the connection stays `connecting`. */
  readonly candidates?: boolean;
}

/** Passes descriptions and candidates between two connections of this process. */
export function link(offerer: PeerConnection, answerer: PeerConnection, options: LinkOptions = {}): void {
  const { tamper = false, candidates = true } = options;
  const held: (() => void)[] = [];
  // No candidate reaches the answerer before the offerer has the answer. Otherwise the handshake may begin while
  // the library is still taking the answer in, and its check of the fingerprint finds none to compare with.
  const deliver = () => {
    if (offerer.connectionState !== 'closed' && offerer.remoteDescription() === null) return;
    for (const add of held.splice(0)) add();
  };
  for (const [from, to] of [
    [offerer, answerer],
    [answerer, offerer],
  ] as const) {
    const usable = () => to.state === 'opening' || to.state === 'open';
    from.on('localDescription', (description) => {
      if (!usable()) return;
      const { type } = description;
      const sdp = tamper && to === offerer ? withOtherFingerprint(description.sdp) : description.sdp;
      to.setRemoteDescription(sdp.replaceAll(/^a=candidate.*\r\n/gm, ''), type);
      deliver();
    });
    from.on('localCandidate', (candidate, mid) => {
      held.push(() => {
        if (usable() && candidates) to.addRemoteCandidate(candidate, mid);
      });
      deliver();
    });
  }
}

/** The next channel that the peer opens. */
export function incoming(pc: PeerConnection): Promise<DataChannel> {
  return new Promise((resolve) => pc.once('dataChannel', resolve));
}

export interface Pair {
  readonly near: DataChannel;
  readonly far: DataChannel;
}

/** Links two connections and opens one channel between them. */
export async function openChannel(
  offerer: PeerConnection,
  answerer: PeerConnection,
  label = 'chat',
): Promise<Pair> {
  link(offerer, answerer);
  const arriving = incoming(answerer);
  const near = offerer.createDataChannel(label);
  await near.opened({ timeout: 10_000 });
  return { near, far: await arriving };
}
