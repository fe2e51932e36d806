// MDN's pattern by hand: `pc.localDescription` goes out right after `setLocalDescription()`, candidates as they come.
import { classes, measure, otherEnd, role } from './support.mjs';

const { RTCPeerConnection } = await classes();
const other = otherEnd();
const peers = new Map();
const plain = ({ type, sdp }) => ({ type, sdp });

function make(n) {
  const pc = new RTCPeerConnection({ iceServers: [] });
  const peer = { pc, early: [] };
  peers.set(n, peer);
  pc.onicecandidate = ({ candidate }) => candidate && other.send({ n, candidate: candidate.toJSON() });
  pc.ondatachannel = ({ channel }) => {
    channel.onmessage = () => channel.send('answer');
  };
  return peer;
}

other.receive(async ({ n, description, candidate, bye }) => {
  if (!role && !peers.has(n)) return;
  const { pc, early, fail } = peers.get(n) ?? make(n);
  if (bye) return pc.close();
  if (candidate && !pc.remoteDescription?.type) return early.push(candidate);
  if (candidate) return pc.addIceCandidate(candidate).catch(() => {});
  await pc.setRemoteDescription(description).catch((error) => fail?.(error));
  for (const waiting of early.splice(0)) await pc.addIceCandidate(waiting).catch(() => {});
  if (description.type !== 'offer') return;
  await pc.setLocalDescription(plain(await pc.createAnswer()));
  other.send({ n, description: plain(pc.localDescription) });
});

if (!role) {
  await measure(async (n) => {
    const peer = make(n);
    const { pc } = peer;
    const channel = pc.createDataChannel('chat');
    channel.onopen = () => channel.send('question');
    try {
      await new Promise((resolve, reject) => {
        peer.fail = reject;
        channel.onmessage = resolve;
        pc.onconnectionstatechange = () => {
          if (['failed', 'closed'].includes(pc.connectionState)) reject(pc.connectionState);
        };
        pc.createOffer()
          .then(async (offer) => {
            await pc.setLocalDescription(plain(offer));
            other.send({ n, description: plain(pc.localDescription) });
          })
          .catch(reject);
      });
    } finally {
      peers.delete(n);
      pc.onconnectionstatechange = null;
      pc.close();
      other.send({ n, bye: true });
    }
  }, other.end);
}
