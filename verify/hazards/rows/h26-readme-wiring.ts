import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { pause } from '../support/patience.js';
import { keep, RAW_CONFIG, rawEnd } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H26',
  file: import.meta.url,
  does: "wires two connections as the binding's README does, and one is closed when a description arrives",
  why: '`setRemoteDescription` throws inside a callback, and nothing catches it (H9).',
  raw: {
    async program(ndc, report) {
      process.on('uncaughtException', (error) => report.note(`uncaught: ${error.message}`));
      const alice = keep(new ndc.PeerConnection('alice', RAW_CONFIG));
      const bob = keep(new ndc.PeerConnection('bob', RAW_CONFIG));
      alice.onLocalDescription((sdp, type) => bob.setRemoteDescription(sdp, type));
      alice.onLocalCandidate((candidate, mid) => bob.addRemoteCandidate(candidate, mid));
      const channel = keep(alice.createDataChannel('chat'));
      bob.close();
      await pause(200);
      await rawEnd(ndc, channel, alice);
    },
  },
  sdk: {
    async program(report) {
      const codes = new Set<string | undefined>();
      process.on('uncaughtException', (error: { code?: string }) => codes.add(error.code));
      await using rtc = RtcRuntime.acquire('app');
      const alice = rtc.createPeerConnection('alice');
      const bob = rtc.createPeerConnection('bob');
      alice.on('localDescription', (description) => bob.setRemoteDescription(description));
      alice.on('localCandidate', (candidate, mid) => bob.addRemoteCandidate(candidate, mid));
      alice.createDataChannel('chat');
      void bob.close();
      await pause(200);
      if (codes.has(undefined)) report.wrong('an uncaught error without a code');
      report.note(`uncaught error ${[...codes].join(', ')}, the process goes on`);
    },
  },
};
