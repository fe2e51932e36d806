import * as ndc from 'node-datachannel';
import { RtcRuntime } from 'scoped-rtc';

/** Answers over IPC, with this package or with the library alone, and does what the parent asks. Says `received` with the bytes. */
const raw = process.argv[2] === 'raw';
const report = (message: unknown) => process.send?.(message);
interface Reported {
  description?: { sdp: string; type: 'offer' };
  candidate?: string;
  mid?: string;
  block?: number;
}
interface End {
  setRemoteDescription(sdp: string, type: 'offer'): void;
  addRemoteCandidate(candidate: string, mid: string): void;
}
const keep: unknown[] = [];
let end: End;
if (raw) {
  const bob = new ndc.PeerConnection('bob', { iceServers: [] });
  bob.onLocalDescription((sdp, type) => report({ description: { sdp, type } }));
  bob.onLocalCandidate((candidate, mid) => report({ candidate, mid }));
  bob.onDataChannel((channel) => {
    keep.push(channel);
    channel.onMessage(() => {});
  });
  end = bob;
} else {
  const bob = RtcRuntime.acquire('child').createPeerConnection('bob');
  bob.on('localDescription', (description) => report({ description }));
  bob.on('localCandidate', (candidate, mid) => report({ candidate, mid }));
  bob.on('dataChannel', (channel) => channel.on('message', () => {}));
  end = bob;
}
process.on('message', (message: Reported) => {
  if (message.description) end.setRemoteDescription(message.description.sdp, message.description.type);
  else if (message.block) {
    const until = performance.now() + message.block;
    while (performance.now() < until);
    report({ unblocked: true });
  } else end.addRemoteCandidate(message.candidate ?? '', message.mid ?? '');
});
process.on('disconnect', () => process.exit());
