import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { until } from '../support/patience.js';
import { rawChannels } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

export const hazard: Hazard = {
  id: 'H20',
  file: import.meta.url,
  does: 'closes everything and cleans up at once, and counts the close events',
  why: 'Cleanup aborts the callbacks with what is queued in them.',
  raw: {
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      let closed = 0;
      for (const channel of [near, far]) channel.onClosed(() => closed++);
      for (const handle of [near, far, alice, bob]) handle.close();
      ndc.cleanup();
      await until(() => closed === 2, 500);
      report.lost(2 - closed, 2, 'close events');
    },
  },
  sdk: {
    async program(report) {
      let closed = 0;
      await using rtc = RtcRuntime.acquire('app');
      const { near, far } = await sdkChannels(rtc);
      for (const channel of [near, far]) channel.on('close', () => closed++);
      await rtc.disposeAsync();
      report.lost(2 - closed, 2, 'close events');
    },
  },
};
