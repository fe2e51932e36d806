import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { RAW_CONFIG, rawEnd } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H10',
  file: import.meta.url,
  does: "calls `setLocalDescription('answer')` without an offer, `('offer')` with nothing to offer, or with a bogus type",
  why: 'That call has no try/catch in the wrapper: the std::logic_error of the library ends the process.',
  raw: {
    async program(ndc, report) {
      const pc = new ndc.PeerConnection('alice', RAW_CONFIG);
      for (const type of ['answer', 'offer', 'bogus'] as const) {
        try {
          pc.setLocalDescription(type as 'offer');
          report.wrong(`"${type}" was accepted in silence`);
        } catch {} // would be right
      }
      await rawEnd(ndc, pc);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const pc = rtc.createPeerConnection('alice');
      for (const type of ['answer', 'offer', 'bogus'] as const) {
        try {
          pc.setLocalDescription(type as 'offer');
          report.wrong(`"${type}" was accepted in silence`);
        } catch (error) {
          const { code, name } = error as { code?: string; name: string };
          report.note(`${type}: ${code ?? name}`);
        }
      }
    },
  },
};
