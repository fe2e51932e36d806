// What simple-peer and its forks share.
import { measure, otherEnd, role } from './support.mjs';

export async function simplePeers(make) {
  const other = otherEnd();
  const peers = new Map();
  const add = (n, initiator) => {
    const peer = make(initiator);
    peers.set(n, peer);
    peer.on('signal', (signal) => other.send({ n, signal }));
    peer.on('error', () => {});
    return peer;
  };
  other.receive(({ n, signal, bye }) => {
    const known = peers.get(n);
    if (bye) return known?.destroy();
    if (!known && !role) return;
    const peer = known ?? add(n, false);
    if (!known) peer.on('data', () => peer.send('answer'));
    if (!peer.destroyed) peer.signal(signal);
  });
  if (role) return;
  await measure(async (n) => {
    const peer = add(n, true);
    try {
      await new Promise((resolve, reject) => {
        peer.on('error', reject);
        peer.on('close', () => reject('closed'));
        peer.on('connect', () => peer.send('question'));
        peer.on('data', resolve);
      });
    } finally {
      peers.delete(n);
      other.send({ n, bye: true });
      peer.destroy();
    }
  }, other.end);
}
