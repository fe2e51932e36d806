import * as ndc from 'node-datachannel';
import type { RtcScope, Signaling } from 'scoped-rtc';
import { within } from '../support/event.js';

export interface RawConnection {
  readonly pc: ndc.PeerConnection;
  /** The channel that it took to connect. */
  readonly first: ndc.DataChannel;
  /** The next channel that the peer opens. */
  incoming(): Promise<ndc.DataChannel>;
}

/** A connection of the raw binding, as a control. It needs a scope: that is what cleans the library up. */
export async function rawConnection(
  scope: RtcScope,
  id: string,
  signaling: Signaling,
): Promise<RawConnection> {
  scope.createPeerConnection('ours'); // without one the runtime has nothing to clean up
  const pc = new ndc.PeerConnection(id, { iceServers: [], bindAddress: '127.0.0.1' });
  scope.adopt(pc, (open) => open.close());
  pc.onStateChange(() => {});
  pc.onLocalDescription((sdp, type) => signaling.send({ description: { sdp, type: type as 'offer' } }));
  const found: { candidate: string; sdpMid: string }[] = [];
  let answered = false;
  pc.onLocalCandidate((candidate, sdpMid) => {
    if (answered) void signaling.send({ candidate: { candidate, sdpMid } });
    else found.push({ candidate, sdpMid });
  });
  signaling.subscribe(
    (given) => {
      const { description, candidate } = given as {
        description?: { sdp: string; type: 'answer' };
        candidate?: { candidate: string; sdpMid: string } | null;
      };
      if (description) {
        pc.setRemoteDescription(description.sdp, description.type);
        answered = true; // not announced before: a peer that is near may begin DTLS before the answer is stored (H48)
        for (const own of found.splice(0)) void signaling.send({ candidate: own });
      } else if (candidate) pc.addRemoteCandidate(candidate.candidate, candidate.sdpMid);
    },
    () => {},
  );
  const first = pc.createDataChannel('first');
  scope.adopt(first, (open) => open.close());
  const incoming = new Promise<ndc.DataChannel>((resolve) =>
    pc.onDataChannel((channel) => {
      scope.adopt(channel, (open) => open.close());
      resolve(channel);
    }),
  );
  await within(new Promise<void>((resolve) => first.onOpen(resolve)), 'opening');
  return { pc, first, incoming: () => within(incoming, 'the channel') };
}
