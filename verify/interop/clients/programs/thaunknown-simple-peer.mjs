// @thaunknown/simple-peer, which webtorrent uses; it imports node-datachannel by itself.
import Peer from '@thaunknown/simple-peer/lite.js';
import { simplePeers } from './simple-peers.mjs';

const trickle = process.env.CLIENT_TRICKLE !== 'false';
await simplePeers((initiator) => new Peer({ initiator, trickle, config: { iceServers: [] } }));
