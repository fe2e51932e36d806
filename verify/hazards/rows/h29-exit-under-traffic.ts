import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { pause } from '../support/patience.js';
import { rawChannels } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

export const hazard: Hazard = {
  id: 'H29',
  file: import.meta.url,
  does: 'calls `process.exit(0)` under traffic',
  why: 'Nothing goes wrong with this version; the row sees to it that the SDK keeps it so.',
  raw: {
    async program(ndc) {
      const { near } = await rawChannels(ndc);
      setInterval(() => near.sendMessage('x'.repeat(1000)), 1);
      await pause(100);
      process.exit(0);
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      const { near } = await sdkChannels(rtc);
      setInterval(() => void near.send('x'.repeat(1000)), 1);
      await pause(100);
      process.exit(0);
    },
  },
};
