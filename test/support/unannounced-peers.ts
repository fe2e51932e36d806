import { memorySignaling, type PeerConnectionConfig, type RtcScope } from 'scoped-rtc';
import { unannounced } from './altered-signaling.js';
import { type ChannelPair, incomingChannel, type Pair } from './connected-pair.js';

/** Two connections that take each other for peers without this package, with a channel that is open on both sides. */
export async function unannouncedPair(
  scope: RtcScope,
  label = 'chat',
  config: PeerConnectionConfig = {},
): Promise<Pair & ChannelPair> {
  const alice = scope.createPeerConnection('alice', config);
  const bob = scope.createPeerConnection('bob', config);
  const near = alice.createDataChannel(label);
  const [one, other] = memorySignaling();
  const [far] = await Promise.all([
    incomingChannel(bob, label),
    near.opened(),
    alice.negotiate(unannounced(one)),
    bob.negotiate(unannounced(other)),
  ]);
  return { alice, bob, near, far };
}
