import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { collectGarbage } from '../support/patience.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

export const hazard: Hazard = {
  id: 'H2',
  file: import.meta.url,
  does: 'lets channels be garbage-collected, later calls `cleanup()`',
  why:
    "The wrapper's destructor does not take it out of the addon's static set unless its close callback had run; " +
    'cleanup then walks over dangling pointers.',
  raw: {
    async program(ndc) {
      const { alice, bob } = await rawChannels(ndc);
      for (let i = 0; i < 50; i++) alice.createDataChannel(`forgotten-${i}`);
      await collectGarbage();
      await rawEnd(ndc, alice, bob);
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      const { alice } = await sdkChannels(rtc);
      for (let i = 0; i < 50; i++) alice.createDataChannel(`forgotten-${i}`);
      await collectGarbage();
    },
  },
};
