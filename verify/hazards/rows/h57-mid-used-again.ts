import { type MediaTrack, memorySignaling, type PeerConnection, RtcRuntime } from '../../../src/index.js';
import type { Binding, Hazard } from '../support/hazard.js';
import { pause, until } from '../support/patience.js';
import { keep, rawEnd, rawPair } from '../support/raw-pair.js';

function rawVideo(ndc: Binding) {
  const video = new ndc.Video('video', 'SendOnly');
  video.addH264Codec(96);
  video.addSSRC(42, 'name', 'stream', 'track');
  return video;
}

function addVideo(pc: PeerConnection): MediaTrack {
  return pc.addTrack({
    kind: 'video',
    mid: 'video',
    direction: 'SendOnly',
    codecs: [{ codec: 'H264', payloadType: 96 }],
    sources: [{ ssrc: 42, name: 'name' }],
  });
}

export const hazard: Hazard = {
  id: 'H57',
  file: import.meta.url,
  does: 'closes a track, and later adds another one with the same mid, `video`',
  why: 'The section of a closed track stays rejected (port 0) for good: the new track is described nowhere and never opens.',
  raw: {
    async program(ndc, report) {
      const { alice, bob } = rawPair(ndc);
      bob.onTrack((track) => keep(track));
      const add = async (what: string) => {
        const track = keep(alice.addTrack(rawVideo(ndc)));
        let open = false;
        track.onOpen(() => {
          open = true;
        });
        alice.setLocalDescription();
        if (!(await until(() => open, 2000))) report.wrong(`${what} track never opens`);
        return track;
      };
      const first = await add('the first');
      first.close();
      alice.setLocalDescription();
      await pause(200);
      await add('the second');
      await rawEnd(ndc, alice, bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const [alice, bob] = [rtc.createPeerConnection('alice'), rtc.createPeerConnection('bob')];
      const first = addVideo(alice);
      const [left, right] = memorySignaling();
      await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
      await first.opened({ timeout: 5000 });
      await first.close();
      const second = addVideo(alice);
      await second.opened({ timeout: 5000 });
      report.note(`the second has the mid ${second.mid}`);
    },
  },
};
