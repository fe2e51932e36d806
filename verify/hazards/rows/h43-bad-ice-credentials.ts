import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';

import { keep, RAW_CONFIG, rawEnd } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H43',
  file: import.meta.url,
  does: 'gives `setLocalDescription` an `iceUfrag` and `icePwd` with characters that ICE does not allow',
  why: 'As H10: the library throws std::invalid_argument and nothing catches it.',
  raw: {
    async program(ndc, report) {
      const pc = keep(new ndc.PeerConnection('alice', RAW_CONFIG));
      keep(pc.createDataChannel('chat', { negotiated: true, id: 1 }));
      const fresh = keep(new ndc.PeerConnection('bob', { ...RAW_CONFIG, disableAutoNegotiation: true }));
      keep(fresh.createDataChannel('chat'));
      try {
        fresh.setLocalDescription('offer', { iceUfrag: 'not!valid', icePwd: 'neither is this, at all!' });
        report.wrong('accepted in silence');
      } catch {} // would be right
      await rawEnd(ndc, pc, fresh);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const pc = rtc.createPeerConnection('bob', { disableAutoNegotiation: true });
      pc.createDataChannel('chat');
      try {
        pc.setLocalDescription('offer', { iceUfrag: 'not!valid', icePwd: 'neither is this, at all!' });
        report.wrong('accepted in silence');
      } catch (error) {
        report.note((error as Error).name);
      }
    },
  },
};
