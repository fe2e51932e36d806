import { createRequire } from 'node:module';
import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { until } from '../support/patience.js';
import { rawChannels } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

/** Another library of the process, whose own last connection has just closed. */
function neighbourCleansUp(): void {
  const ndc = createRequire(import.meta.url)('node-datachannel') as { cleanup(): void };
  ndc.cleanup();
}

export const hazard: Hazard = {
  id: 'H21',
  file: import.meta.url,
  does: 'has a connection open while another library of the process calls the global `cleanup()`',
  why: 'Cleanup is process-wide and aborts every callback: the connection dies and nobody is notified.',
  raw: {
    async program(ndc, report) {
      const { near, far, alice } = await rawChannels(ndc);
      let reported = false;
      const post = () => {
        reported = true;
      };
      near.onClosed(post);
      far.onClosed(post);
      alice.onStateChange(post);
      neighbourCleansUp();
      if (!(await until(() => reported, 500))) report.wrong('the connection is dead and no event says so');
    },
  },
  sdk: {
    async program(report) {
      RtcRuntime.shared.on('warning', ({ code }) => report.note(`warning ${code}`));
      {
        await using rtc = RtcRuntime.acquire('app');
        const { alice } = await sdkChannels(rtc);
        neighbourCleansUp();
        const { by } = await alice.closed({ timeout: 2000 });
        if (by !== 'error') report.wrong(`closed by ${by}`);
      }
      await using again = RtcRuntime.acquire('again');
      const { near, far } = await sdkChannels(again);
      const arrived = new Promise((resolve) => far.once('message', resolve));
      await near.send('and it goes on');
      await arrived;
    },
  },
};
