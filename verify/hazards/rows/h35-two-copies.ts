import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { settled } from '../support/patience.js';
import { keep, RAW_CONFIG, rawChannels } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';
import { secondCopy } from '../support/second-copy.js';

export const hazard: Hazard = {
  id: 'H35',
  file: import.meta.url,
  does: 'has two parts in one process that do not know of each other; each cleans up when it is done',
  why: 'Each part cleans up for the whole process, also for the other part.',
  raw: {
    async program(ndc, report) {
      const { near, far } = await rawChannels(ndc); // part one
      const part = keep(new ndc.PeerConnection('part-two', RAW_CONFIG));
      part.close();
      ndc.cleanup(); // part two is done
      let arrived = 0;
      try {
        far.onMessage(() => arrived++);
        near.sendMessage('still there?');
      } catch (error) {
        report.note((error as Error).message);
      }
      await settled(() => arrived);
      report.lost(1 - arrived, 1, "part one's messages");
    },
  },
  sdk: {
    async program(report) {
      await using one = RtcRuntime.acquire('one');
      const { near, far } = await sdkChannels(one);
      const copy = await secondCopy();
      if (copy.RtcRuntime === RtcRuntime) report.wrong('this was to be a second copy');
      {
        await using two = copy.RtcRuntime.acquire('two');
        two.createPeerConnection('part-two');
      }
      let arrived = 0;
      far.on('message', () => arrived++);
      await near.send('still there?');
      await near.close();
      await settled(() => arrived, 50);
      report.lost(1 - arrived, 1, "part one's messages");
    },
  },
};
