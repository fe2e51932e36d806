import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

export const hazard: Hazard = {
  id: 'H13',
  file: import.meta.url,
  does: 'sends on a closed channel and wants to know why it failed',
  why: 'The binding throws a plain Error; its English text is the only information.',
  raw: {
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      near.close();
      try {
        near.sendMessage('too late');
        report.wrong('accepted in silence');
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        if (code === undefined) report.wrong(`an error without a code ("${message}")`);
      }
      await rawEnd(ndc, far, alice, bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { near } = await sdkChannels(rtc);
      await near.close();
      try {
        await near.send('too late');
        report.wrong('accepted in silence');
      } catch (error) {
        const { code, path } = error as { code?: string; path?: string };
        if (code === undefined) report.wrong('an error without a code');
        report.note(`${code} at ${path}`);
      }
    },
  },
};
