import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { until } from '../support/patience.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

/** The application's last resort, as many have one. */
function catchAll(): unknown[] {
  const caught: unknown[] = [];
  process.on('uncaughtException', (error) => caught.push(error));
  return caught;
}

export const hazard: Hazard = {
  id: 'H9',
  file: import.meta.url,
  does: 'has a message handler that throws, and an `uncaughtException` listener',
  why: 'The exception crosses C++ frames that do not catch it, which ends the process.',
  raw: {
    async program(ndc, report) {
      const caught = catchAll();
      const { alice, bob, near, far } = await rawChannels(ndc);
      far.onMessage(() => {
        throw new Error('a mistake in the handler');
      });
      near.sendMessage('hello');
      if (!(await until(() => caught.length === 1))) report.wrong('the error did not reach a listener');
      await rawEnd(ndc, near, far, alice, bob);
    },
  },
  sdk: {
    async program(report) {
      const caught = catchAll();
      await using rtc = RtcRuntime.acquire('app');
      const { near, far } = await sdkChannels(rtc);
      far.on('message', () => {
        throw new Error('a mistake in the handler');
      });
      await near.send('hello');
      if (!(await until(() => caught.length === 1))) report.wrong('the error did not reach a listener');
    },
  },
};
