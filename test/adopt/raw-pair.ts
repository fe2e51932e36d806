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
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    // Each callback has a queue of its own, so a candidate may overtake its description; it waits for it.
    const early: (() => void)[] = [];
    from.onLocalDescription((sdp, type) =>
      unlessEnded(() => {
        to.setRemoteDescription(sdp, type);
        for (const add of early.splice(0)) add();
      }),
    );
    from.onLocalCandidate((candidate, mid) =>
      unlessEnded(() => {
        const add = () => to.addRemoteCandidate(candidate, mid);
        if (to.remoteDescription()) add();
        else early.push(add);
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
