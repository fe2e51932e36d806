import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { pause } from '../support/patience.js';
import { rawChannels } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

export const hazard: Hazard = {
  id: 'H30',
  file: import.meta.url,
  does: 'has an uncaught error under traffic: the process must end with code 1',
  why: 'Nothing goes wrong with this version when the error comes from a timer (H9 is the one from a handler).',
  exitCode: 1,
  raw: {
    async program(ndc) {
      const { near } = await rawChannels(ndc);
      setInterval(() => near.sendMessage('x'.repeat(1000)), 1);
      setTimeout(() => {
        throw new Error('a mistake');
      }, 100);
      await pause(5000);
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      const { near } = await sdkChannels(rtc);
      setInterval(() => void near.send('x'.repeat(1000)), 1);
      setTimeout(() => {
        throw new Error('a mistake');
      }, 100);
      await pause(5000);
    },
  },
};
