import { RtcRuntime } from '../../../src/index.js';
import { freeUdpPort } from '../../../test/support/free-port.js';
import type { Hazard } from '../support/hazard.js';
import { keep } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H34',
  file: import.meta.url,
  does: 'cleans up with an `IceUdpMuxListener` open',
  why: 'Cleanup does not know of listeners: its callback handle and its thread stay.',
  raw: {
    async program(ndc) {
      const listener = keep(new ndc.IceUdpMuxListener(await freeUdpPort(), '127.0.0.1'));
      listener.onUnhandledStunRequest(() => {});
      ndc.cleanup();
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      const listener = rtc.createIceUdpMuxListener(await freeUdpPort(), '127.0.0.1');
      listener.on('unhandledStunRequest', () => {});
    },
  },
};
