// simple-peer between two processes. CLIENT_TRICKLE=false: the offer goes out with its candidates in it.
import SimplePeer from 'simple-peer';
import { simplePeers } from './simple-peers.mjs';
import { classes } from './support.mjs';

const wrtc = await classes();
/** The polyfill's descriptions cannot be written to, which simple-peer does. */
class Writable extends wrtc.RTCPeerConnection {
  createOffer = async () => plain(await super.createOffer());
  createAnswer = async () => plain(await super.createAnswer());
}
const plain = ({ type, sdp }) => ({ type, sdp });
const trickle = process.env.CLIENT_TRICKLE !== 'false';

await simplePeers(
  (initiator) =>
    new SimplePeer({
      ...{ initiator, trickle, config: { iceServers: [] } },
      wrtc: { ...wrtc, RTCPeerConnection: Writable },
    }),
);
