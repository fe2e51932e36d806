import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { keep, RAW_CONFIG } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H61',
  file: import.meta.url,
  does: 'opens a connection in an `exit` handler of the process',
  why: 'The threads of the library call into an environment of Node.js that is being torn down.',
  raw: {
    async program(ndc) {
      process.on('exit', () => {
        const pc = keep(new ndc.PeerConnection('late', RAW_CONFIG));
        pc.onLocalDescription(() => {});
        keep(pc.createDataChannel('chat'));
      });
    },
  },
  sdk: {
    async program(report) {
      process.on('exit', () => {
        try {
          RtcRuntime.acquire('late').createPeerConnection('alice').createDataChannel('chat');
          report.wrong('accepted in silence');
        } catch (error) {
          report.note((error as { code?: string }).code ?? String(error));
        }
      });
    },
  },
};
