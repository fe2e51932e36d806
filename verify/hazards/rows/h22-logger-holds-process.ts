import { createRequire } from 'node:module';
import { RtcRuntime } from '../../../src/index.js';
import type { Binding, Hazard } from '../support/hazard.js';
import { sdkChannels } from '../support/sdk-pair.js';

export const hazard: Hazard = {
  id: 'H22',
  file: import.meta.url,
  does: 'gives `initLogger` a callback, as a debugging aid',
  why: 'The callback is a referenced handle, which keeps the process alive until cleanup.',
  raw: {
    program(ndc) {
      ndc.initLogger('Error', () => {});
    },
  },
  sdk: {
    async program() {
      // The application's own debugging aid, beside a scope.
      const ndc = createRequire(import.meta.url)('node-datachannel') as Binding;
      ndc.initLogger('Error', () => {});
      await using rtc = RtcRuntime.acquire('app');
      await sdkChannels(rtc);
    },
  },
};
