import type { PeerConnection, SessionDescription } from 'scoped-rtc';
import type { Child } from './child.js';

/** What a program says that answers over IPC. */
interface Reported {
  readonly description?: SessionDescription;
  readonly candidate?: string;
  readonly mid?: string;
}

/** Connects `alice`, who offers, to the peer in `child`; `read` and `write` change the description of that peer, and hers. */
export function wireToChild(
  alice: PeerConnection,
  child: Child,
  read = (sdp: string): string => sdp,
  write = (sdp: string): string => sdp,
): void {
  const candidates: Reported[] = [];
  let answered = false;
  child.on('message', (message: Reported) => {
    if (message.description) {
      const { type, sdp } = message.description;
      alice.setRemoteDescription({ type, sdp: read(sdp) });
      answered = true;
      for (const candidate of candidates.splice(0)) child.send(candidate);
    } else if (message.candidate !== undefined)
      alice.addRemoteCandidate(message.candidate, message.mid ?? '');
  });
  alice.on('localDescription', ({ type, sdp }) => child.send({ description: { type, sdp: write(sdp) } }));
  alice.on('localCandidate', (candidate, mid) => {
    if (answered) child.send({ candidate, mid });
    else candidates.push({ candidate, mid });
  });
}
