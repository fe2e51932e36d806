import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { until } from '../support/patience.js';
import { keep, RAW_CONFIG, rawEnd } from '../support/raw-pair.js';

export const hazard: Hazard = {
  id: 'H19',
  file: import.meta.url,
  does: 'waits for the end of a channel whose connection never connects and is closed',
  why: 'Channels without a stream id are not in the list of those that are closed with the connection.',
  raw: {
    async program(ndc, report) {
      const pc = new ndc.PeerConnection('alice', RAW_CONFIG);
      const channel = keep(pc.createDataChannel('chat'));
      let closed = false;
      channel.onClosed(() => {
        closed = true;
      });
      pc.close();
      if (!(await until(() => closed, 1000))) report.wrong('the channel is never notified');
      await rawEnd(ndc, channel);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const pc = rtc.createPeerConnection('alice');
      const channel = pc.createDataChannel('chat');
      let closed = false;
      channel.on('close', () => {
        closed = true;
      });
      await pc.close();
      if (!(await until(() => closed, 1000))) report.wrong('the channel is never notified');
    },
  },
};
