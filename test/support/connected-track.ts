import { Video } from 'node-datachannel';
import { type MediaTrack, memorySignaling, type PeerConnection, type RtcScope } from 'scoped-rtc';
import { nextEvent } from './event.js';

export interface ConnectedTrack {
  readonly alice: PeerConnection;
  readonly bob: PeerConnection;
  readonly sending: MediaTrack;
  readonly receiving: MediaTrack;
}

/** Two connections with one video track from `alice` to `bob`, open at both ends. */
export async function connectedTrack(scope: RtcScope): Promise<ConnectedTrack> {
  const alice = scope.createPeerConnection('alice');
  const bob = scope.createPeerConnection('bob');
  const video = new Video('video', 'SendOnly');
  video.addH264Codec(96);
  video.addSSRC(42, 'video-send');
  const sending = alice.addTrack(video);
  const incoming = nextEvent<[MediaTrack]>(bob, 'track');
  const [left, right] = memorySignaling();
  await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
  const [receiving] = await incoming;
  await Promise.all([sending.opened(), receiving.opened()]);
  return { alice, bob, sending, receiving };
}
