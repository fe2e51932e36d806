import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

const OWN = { iceUfrag: 'abcdefgh', icePwd: 'abcdefghijklmnopqrstuvwx' };

export const hazard: Hazard = {
  id: 'H60',
  file: import.meta.url,
  does: 'asks for an ICE restart on a connection that is up, by `setLocalDescription("offer", { iceUfrag, icePwd })`',
  why: 'As H43: an ICE agent that gathers already takes no credentials, the library throws, and nothing catches it.',
  raw: {
    async program(ndc) {
      const { alice, bob } = await rawChannels(ndc);
      try {
        alice.setLocalDescription('offer', OWN);
      } catch {} // would be right
      await rawEnd(ndc, alice, bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { alice } = await sdkChannels(rtc);
      try {
        alice.setLocalDescription('offer', OWN);
        report.wrong('accepted in silence');
      } catch (error) {
        report.note((error as { code?: string }).code ?? String(error));
      }
    },
  },
};
