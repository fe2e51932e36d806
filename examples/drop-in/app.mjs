/**
 * A program that knows only node-datachannel, without a `close()` too many and without `cleanup()`:
 *
 *     node --import scoped-rtc/register examples/drop-in/app.mjs
 *
 * It prints `3000 of 3000` and exits. Without `--import` it prints a smaller number, or none, and hangs.
 */
import { PeerConnection } from 'node-datachannel';

const COUNT = 3000;
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
    console.log(`${received} of ${COUNT}`);
    bob.close();
  });
  channel.onMessage(() => received++);
});

const channel = alice.createDataChannel('chat');
channel.onOpen(() => {
  for (let i = 0; i < COUNT; i++) channel.sendMessage(`message ${i}`);
  alice.close();
});
