import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannel, sdkPair } from '../support/sdk-pair.js';

export const hazard: Hazard = {
  id: 'H48',
  file: import.meta.url,
  does: 'connects one pair of peers, the first of the process',
  why:
    'The library starts ICE with the answer before it stores the answer; a peer on the same machine may finish the DTLS ' +
    'handshake in between, which then fails for want of a fingerprint to compare with ("unknown CA").',
  raw: {
    async program(ndc) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      await rawEnd(ndc, near, far, alice, bob);
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      await sdkChannel(sdkPair(rtc), 'chat');
    },
  },
};
