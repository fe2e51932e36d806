import { RtcRuntime } from '../../../src/index.js';
import { busy } from '../support/busy.js';
import type { Hazard } from '../support/hazard.js';
import { until } from '../support/patience.js';
import { keep, rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

const CHANNELS = 20;

export const hazard: Hazard = {
  id: 'H18',
  file: import.meta.url,
  does: 'is offered 20 channels that the peer opens and closes in one go, and waits for each to end',
  why: 'The library closed the channel before its JavaScript wrapper existed, so the close event has nowhere to go.',
  raw: {
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      let closed = 0;
      let offered = 0;
      bob.onDataChannel((channel) => {
        offered++;
        keep(channel).onClosed(() => {
          closed++;
        });
      });
      for (let i = 0; i < CHANNELS; i++) keep(alice.createDataChannel(`short-${i}`)).close();
      busy(100);
      await until(() => closed === offered && offered > 0, 1000);
      if (offered < CHANNELS) report.note(`${offered} of ${CHANNELS} were offered`);
      report.lost(offered - closed, offered, 'close events');
      await rawEnd(ndc, near, far, alice, bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { alice, bob } = await sdkChannels(rtc);
      let closed = 0;
      let offered = 0;
      bob.on('dataChannel', (channel) => {
        offered++;
        channel.on('close', () => {
          closed++;
        });
      });
      const closing: Promise<void>[] = [];
      for (let i = 0; i < CHANNELS; i++) closing.push(alice.createDataChannel(`short-${i}`).close());
      busy(100);
      await Promise.all(closing);
      await until(() => closed === offered && offered > 0, 5000);
      if (offered < CHANNELS) report.note(`${offered} of ${CHANNELS} were offered`);
      report.lost(offered - closed, offered, 'close events');
    },
  },
};
