import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { pause } from '../support/patience.js';
import { keep, RAW_CONFIG } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H32',
  file: import.meta.url,
  does: 'closes 20 connections while they gather candidates',
  why: 'A connection in the middle of something is the one whose callbacks come late.',
  raw: {
    async program(ndc) {
      for (let i = 0; i < 20; i++) {
        const pc = keep(new ndc.PeerConnection(`pc-${i}`, RAW_CONFIG));
        pc.onStateChange(() => {});
        pc.onGatheringStateChange((state: string) => state === 'in-progress' && pc.close());
        keep(pc.createDataChannel('chat'));
        if (i % 2 === 0) pc.close();
      }
      await pause(200);
      ndc.cleanup();
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      for (let i = 0; i < 20; i++) {
        const pc = rtc.createPeerConnection(`pc-${i}`, { bindAddress: '127.0.0.1' });
        pc.on('gatheringStateChange', (state: string) => {
          if (state === 'in-progress') void pc.close();
        });
        pc.createDataChannel('chat');
        if (i % 2 === 0) void pc.close();
      }
      await pause(200);
    },
  },
};
