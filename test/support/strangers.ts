import { memorySignaling, type RtcScope, type Signaling, type SignalingMessage } from 'scoped-rtc';
import { type ChannelPair, incomingChannel, type Pair } from './connected-pair.js';

/** As `signaling`, but neither side hears that the other shakes hands: each drains as with any other peer. */
export function unannounced<T extends Signaling>(signaling: T): Signaling {
  return {
    send: (message) => signaling.send(stripped(message) as SignalingMessage),
    subscribe: (onMessage, onClosed) =>
      signaling.subscribe((message) => onMessage(stripped(message)), onClosed),
    close: () => signaling.close(),
    ...(signaling.handle ? { handle: signaling.handle } : {}),
  };
}

/** Two connections that take each other for peers without this package, with a channel that is open on both sides. */
export async function strangerPair(scope: RtcScope, label = 'chat'): Promise<Pair & ChannelPair> {
  const alice = scope.createPeerConnection('alice');
  const bob = scope.createPeerConnection('bob');
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

function stripped(message: unknown): unknown {
  const { description } = (message ?? {}) as { description?: { type: string; sdp: string } };
  if (!description) return message;
  return { description: { ...description, sdp: description.sdp.replace(/^a=x-scoped-rtc-.*\r\n/gm, '') } };
}
