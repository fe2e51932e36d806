// @thaunknown/simple-peer, which webtorrent uses; its polyfill imports node-datachannel.
import { simplePeers } from './simple-peers.mjs';
import { replacePolyfill } from './support.mjs';

replacePolyfill('webrtc-polyfill');
const { default: Peer } = await import('@thaunknown/simple-peer/lite.js');
const trickle = process.env.CLIENT_TRICKLE !== 'false';
await simplePeers((initiator) => new Peer({ initiator, trickle, config: { iceServers: [] } }));
