import type { Track } from 'node-datachannel';
import { memorySignaling, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { camera } from '../media/media-pair.js';
import { until } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';
import { commonJs } from './raw-pair.js';

let scope: RtcScope;
/** Held until the cleanup, as all that a test makes with the binding itself. */
const held: Track[] = [];
beforeEach(() => {
  scope = RtcRuntime.acquire('adopting');
});
afterEach(async () => {
  await scope.disposeAsync();
  held.length = 0;
  await nothingLeft();
});

/** A connection of other code that offers a track with the default mid. */
function filming() {
  const native = new commonJs.PeerConnection('raw', { iceServers: [] });
  const video = new commonJs.Video('video', 'SendOnly');
  video.addH264Codec(96);
  video.addSSRC(42, 'camera');
  const track = native.addTrack(video);
  held.push(track);
  native.setLocalDescription();
  return { native, track };
}

it('a track is added beside one of other code that has the same mid, and ends without it', async () => {
  const raw = filming();
  const adopted = scope.adoptNative(raw.native, { name: 'adopted' });
  const peer = scope.createPeerConnection('peer');
  const mids: string[] = [];
  peer.on('track', (track) => mids.push(track.mid));
  const [left, right] = memorySignaling();
  await Promise.all([adopted.negotiate(left, { timeout: 10_000 }), peer.negotiate(right)]);
  await until(() => raw.track.isOpen(), 'the track of other code');

  const added = adopted.addTrack(camera(43, { codecs: [{ codec: 'VP8', payloadType: 97 }] }));
  expect(added.mid).toBe('video-2');
  await added.opened({ timeout: 10_000 });
  await until(() => mids.length === 2, 'both tracks at the peer');
  expect(mids).toEqual(['video', 'video-2']);
  const { sdp = '' } = adopted.localDescription() ?? {};
  expect(sdp.match(/^a=rtpmap:\d+ (VP8|H264)/gm)).toEqual(['a=rtpmap:96 H264', 'a=rtpmap:97 VP8']);

  await added.close();
  expect(raw.track.isOpen()).toBe(true);
});

it('tracks that other code has negotiated, its own and those of its peer, keep their mids and live on', async () => {
  const raw = filming();
  const other = new commonJs.PeerConnection('other', { iceServers: [] });
  other.onTrack((track) => held.push(track));
  await until(() => raw.native.localDescription() !== null, 'the offer');
  other.setRemoteDescription(raw.native.localDescription()?.sdp ?? '', 'offer');
  await until(() => held.length === 2, 'the track');
  await until(() => other.localDescription() !== null, 'the answer');
  raw.native.setRemoteDescription(other.localDescription()?.sdp ?? '', 'answer');
  for (const native of [raw.native, other]) {
    const added = scope.adoptNative(native).addTrack(camera(43));
    expect(added.mid).toBe('video-2');
    await added.close();
  }
  expect(held.map((track) => track.isClosed())).toEqual([false, false]);
});
