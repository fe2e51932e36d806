import { createRequire } from 'node:module';
import type * as binding from 'node-datachannel';

/** The CommonJS face of the binding, as other code of the process may have it. */
export const commonJs = createRequire(import.meta.url)('node-datachannel') as typeof binding;

type Constructors = Pick<typeof binding, 'PeerConnection' | 'WebSocket'>;

export interface RawPair {
  readonly alice: binding.PeerConnection;
  readonly bob: binding.PeerConnection;
  readonly near: binding.DataChannel;
  /** The other end, as it was handed out. */
  readonly far: Promise<binding.DataChannel>;
}

/** Two connections of the binding alone, wired to each other, with one channel. */
export function rawPair({ PeerConnection }: Constructors): RawPair {
  const alice = new PeerConnection('alice', { iceServers: [] });
  const bob = new PeerConnection('bob', { iceServers: [] });
  // A candidate that is added before both ends have stored a description may overtake it, each callback having a queue of its
  // own, or let the DTLS handshake begin, and fail, while the answer is being stored (H48).
  const early: (() => void)[] = [];
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const addEarly = () => {
      if (alice.remoteDescription() && bob.remoteDescription()) for (const add of early.splice(0)) add();
    };
    from.onLocalDescription((sdp, type) =>
      unlessEnded(() => {
        to.setRemoteDescription(sdp, type);
        addEarly();
      }),
    );
    from.onLocalCandidate((candidate, mid) =>
      unlessEnded(() => {
        early.push(() => to.addRemoteCandidate(candidate, mid));
        addEarly();
      }),
    );
  }
  const far = new Promise<binding.DataChannel>((resolve) => bob.onDataChannel(resolve));
  return { alice, bob, near: alice.createDataChannel('chat'), far };
}

/** What a connection that has ended meanwhile throws within a native callback would end the process (H26). */
function unlessEnded(report: () => void): void {
  try {
    report();
  } catch {}
}
