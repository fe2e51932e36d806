import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { patiently } from '../support/patience.js';
import { keep, rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

const CHANNELS = 4000;
const AT_ONCE = 100;

export const hazard: Hazard = {
  id: 'H38',
  file: import.meta.url,
  does: `opens ${CHANNELS} channels on one connection, sends one message on each, gets an answer and closes it`,
  why: 'H4, H7 and H18 at every channel; an id that is taken again too soon; what is kept for each adds up.',
  raw: {
    runs: 1,
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      let answers = 0;
      bob.onDataChannel((channel) => {
        keep(channel).onMessage(() => channel.sendMessage('answer'));
      });
      const short = (): Promise<void> => {
        const channel = keep(alice.createDataChannel('short'));
        channel.onOpen(() => channel.sendMessage('hello'));
        const answered = new Promise<void>((resolve) => {
          channel.onMessage(() => {
            answers++;
            channel.close();
            resolve();
          });
        });
        return answered;
      };
      for (let batch = 0; batch < CHANNELS / AT_ONCE; batch++) {
        await patiently(Promise.all(Array.from({ length: AT_ONCE }, short)), 1000);
      }
      report.lost(CHANNELS - answers, CHANNELS, 'answers');
      await rawEnd(ndc, near, far, alice, bob);
    },
  },
  sdk: {
    runs: 1,
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { alice, bob } = await sdkChannels(rtc);
      let answers = 0;
      bob.on('dataChannel', (channel) => {
        channel.on('message', () => void channel.send('answer'));
      });
      const short = async () => {
        await using channel = alice.createDataChannel('short');
        await channel.send('hello');
        for await (const _answer of channel) {
          answers++;
          break;
        }
      };
      for (let batch = 0; batch < CHANNELS / AT_ONCE; batch++) {
        await Promise.all(Array.from({ length: AT_ONCE }, short));
      }
      report.lost(CHANNELS - answers, CHANNELS, 'answers');
    },
  },
};
