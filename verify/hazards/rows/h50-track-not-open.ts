import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { RAW_CONFIG, rawEnd } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H50',
  file: import.meta.url,
  does: 'asks for a key frame on a track that is not open yet',
  why: 'An exception of the library crosses the addon: the process aborts.',
  raw: {
    async program(ndc) {
      const alice = new ndc.PeerConnection('alice', RAW_CONFIG);
      const track = alice.addTrack(new ndc.Video('video', 'RecvOnly'));
      track.setMediaHandler(new ndc.RtcpReceivingSession());
      track.requestKeyframe();
      await rawEnd(ndc, track, alice);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const alice = rtc.createPeerConnection('alice', { bindAddress: '127.0.0.1' });
      const track = alice.addTrack({
        kind: 'video',
        mid: 'video',
        direction: 'RecvOnly',
        codecs: [{ codec: 'H264', payloadType: 96 }],
      });
      track.setMediaHandlers({ receivingSession: true });
      try {
        report.note(`requestKeyframe() gives ${track.requestKeyframe()}`);
      } catch (error) {
        const { code } = error as { code?: string };
        report.note(code ?? 'no code');
        if (!code) report.wrong('an error without a code');
      }
    },
  },
};
