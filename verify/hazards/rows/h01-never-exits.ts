import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { pause } from '../support/patience.js';
import { rawChannels } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

export const hazard: Hazard = {
  id: 'H1',
  file: import.meta.url,
  does: 'closes every channel and connection, and never calls `cleanup()`',
  why: "The library's threads and callback handles live until the global cleanup, and keep the process alive.",
  raw: {
    async program(ndc) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      near.sendMessage('hello');
      for (const handle of [near, far, alice, bob]) handle.close();
      await pause(50);
    },
  },
  sdk: {
    async program() {
      await using rtc = RtcRuntime.acquire('app');
      const { near } = await sdkChannels(rtc);
      await near.send('hello');
    },
  },
};
