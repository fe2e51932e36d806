import {
  type MediaDescription,
  type MediaTrack,
  memorySignaling,
  type PeerConnection,
  type PeerConnectionConfig,
  type RtcScope,
  type Signaling,
} from 'scoped-rtc';
import { nextEvent, until } from '../support/event.js';
import { countPackets, sendUntil } from './packets.js';

export function camera(ssrc: number, rest: Partial<MediaDescription> = {}): MediaDescription {
  return {
    kind: 'video',
    direction: 'SendOnly',
    codecs: [{ codec: 'VP8', payloadType: 96 }],
    sources: [{ ssrc, name: 'camera' }],
    ...rest,
  };
}

export interface Pair {
  readonly alice: PeerConnection;
  readonly bob: PeerConnection;
  /** The events that `bob` has received, in order. */
  readonly tracks: MediaTrack[];
  connect(change?: (signaling: Signaling) => Signaling): Promise<void>;
}

export function mediaPair(scope: RtcScope, config: PeerConnectionConfig = {}, ofBob = config): Pair {
  const alice = scope.createPeerConnection('alice', config);
  const bob = scope.createPeerConnection('bob', ofBob);
  const tracks: MediaTrack[] = [];
  bob.on('track', (track) => tracks.push(track));
  return {
    alice,
    bob,
    tracks,
    async connect(change = (signaling) => signaling) {
      const [near, far] = memorySignaling();
      await Promise.all([alice.negotiate(change(near)), bob.negotiate(far)]);
    },
  };
}

/** A camera with the SSRC 42 that is open at both ends. */
export async function openPair(scope: RtcScope): Promise<{ sending: MediaTrack; receiving: MediaTrack }> {
  const pair = mediaPair(scope);
  const sending = pair.alice.addTrack(camera(42));
  const incoming = nextEvent<[MediaTrack]>(pair.bob, 'track');
  await pair.connect();
  const [receiving] = await incoming;
  await Promise.all([sending.opened(), receiving.opened()]);
  return { sending, receiving };
}

/** Both have signaled all that there was to signal. */
export async function settled({ alice, bob }: Pair): Promise<void> {
  await until(() => alice.signalingState === 'stable' && bob.signalingState === 'stable', 'stable');
}

export async function arrives(sending: MediaTrack, receiving: MediaTrack, ssrc: number): Promise<void> {
  const seen = countPackets(receiving, ssrc);
  await sendUntil(sending, ssrc, () => seen.count >= 5);
}
