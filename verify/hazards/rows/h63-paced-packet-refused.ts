import { memorySignaling, RtcRuntime } from '../../../src/index.js';
import { rtp } from '../../../test/media/packets.js';
import type { Hazard } from '../support/hazard.js';
import { keep, rawEnd, rawPair } from '../support/raw-pair.js';

const PACKETS = 20;
const SHORT = Buffer.from([0x80, 96, 0]);
const packet = (n: number) => (n === 5 ? SHORT : rtp(n, 42));
/** Several runs of a pacer that runs every 5 ms. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 10));

export const hazard: Hazard = {
  id: 'H63',
  file: import.meta.url,
  does: 'paces a track, and sends one packet that is too short',
  why: 'A thread of the library sends what the pacer holds. The refused packet stays at the head of its queue, as a null pointer.',
  raw: {
    async program(ndc) {
      const { alice, bob } = rawPair(ndc);
      bob.onTrack((far) => void keep(far));
      const media = new ndc.Video('video', 'SendOnly');
      media.addH264Codec(96);
      media.addSSRC(42, 'camera');
      const track = keep(alice.addTrack(media));
      track.setMediaHandler(keep(new ndc.PacingHandler(5_000_000, 5)));
      const open = new Promise<void>((resolve) => track.onOpen(resolve));
      alice.setLocalDescription();
      await open;
      for (let n = 0; n < PACKETS; n++) {
        track.sendMessageBinary(packet(n));
        await pause();
      }
      await rawEnd(ndc, track, alice, bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const alice = rtc.createPeerConnection('alice', { bindAddress: '127.0.0.1' });
      const bob = rtc.createPeerConnection('bob', { bindAddress: '127.0.0.1' });
      const track = alice.addTrack({
        kind: 'video',
        direction: 'SendOnly',
        codecs: [{ codec: 'H264', payloadType: 96 }],
        sources: [{ ssrc: 42, name: 'camera' }],
      });
      track.setMediaHandlers({ pacing: { bitsPerSecond: 5_000_000 } });
      const [near, far] = memorySignaling();
      await Promise.all([alice.negotiate(near), bob.negotiate(far)]);
      await track.opened();
      let refused = 0;
      for (let n = 0; n < PACKETS; n++) {
        await track.send(packet(n)).catch(() => refused++);
        await pause();
      }
      report.note(`${refused} of ${PACKETS} packets refused`);
    },
  },
};
