// The same request on the binding alone and on a track: before the track is open, or after.
import { createRequire } from 'node:module';
import { RtcRuntime } from 'scoped-rtc';

const video = { kind: 'video', codecs: [{ codec: 'H264', payloadType: 96 }] } as const;

if (process.argv[2] === 'raw') {
  const ndc = createRequire(import.meta.url)('node-datachannel') as typeof import('node-datachannel');
  const connection = new ndc.PeerConnection('raw', { iceServers: [] });
  const track = connection.addTrack(new ndc.Video('video', 'RecvOnly'));
  track.setMediaHandler(new ndc.RtcpReceivingSession());
  console.log(JSON.stringify({ asked: track.requestKeyframe() }));
  connection.close();
  ndc.cleanup();
} else {
  await using rtc = RtcRuntime.acquire('app');
  const track = rtc.createPeerConnection('alice').addTrack({ ...video, codecs: [...video.codecs] });
  track.setMediaHandlers({ receivingSession: true });
  console.log(JSON.stringify({ asked: track.requestKeyframe() || track.requestBitrate(1000) }));
}
