// Uses node-datachannel as its README does, and knows nothing of this package. `FORM`: which way it is imported.
import { createRequire } from 'node:module';

const form = process.argv[2];
const { PeerConnection } =
  form === 'require' ? createRequire(import.meta.url)('node-datachannel') : await import('node-datachannel');

const config = { iceServers: [] };
const alice = new PeerConnection('alice', config);
const bob = new PeerConnection('bob', config);
for (const [from, to] of [
  [alice, bob],
  [bob, alice],
]) {
  from.onLocalDescription((sdp, type) => to.setRemoteDescription(sdp, type));
  from.onLocalCandidate((candidate, mid) => to.addRemoteCandidate(candidate, mid));
}

let received = 0;
bob.onDataChannel((channel) => {
  channel.onClosed(() => {
    console.log(JSON.stringify({ received }));
    bob.close();
  });
  channel.onMessage(() => {
    received++;
    if (form === 'throw' && received === 10) throw new Error('thrown in a handler');
  });
  if (form === 'throw')
    process.once('uncaughtException', ({ message }) => console.log(JSON.stringify({ message })));
});
const channel = alice.createDataChannel('chat');
channel.onOpen(() => {
  for (let i = 0; i < 3000; i++) channel.sendMessage(`message ${i}`);
  alice.close();
});
