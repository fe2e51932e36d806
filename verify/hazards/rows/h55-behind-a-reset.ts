import { RtcRuntime } from '../../../src/index.js';
import { UdpLink } from '../../../test/support/udp-link.js';
import type { Hazard, Report } from '../support/hazard.js';
import { pause, until } from '../support/patience.js';
import { rawChannel, rawEnd, rawPair } from '../support/raw-pair.js';
import { sdkChannel, sdkPair } from '../support/sdk-pair.js';

const LINK = { delay: 5, jitter: 0, loss: 0.2, seed: 1 };
const ROUNDS = 100;
/** Milliseconds: many times what SCTP needs to send again what was lost. */
const PATIENCE_MS = 6000;

/** SCTP puts what is sent at once into one packet, which is lost as a whole. */
const apart = () => pause(3);

/**
 * In each round a message, the end of another channel, and one more message behind that, which is waited for: nothing else
 * is sent meanwhile.
 */
async function judge(report: Report, round: () => Promise<void>, received: () => number): Promise<void> {
  for (let n = 1; n <= ROUNDS; n++) {
    await round();
    if (await until(() => received() >= 2 * n, PATIENCE_MS)) continue;
    report.wrong(`in round ${n} a message had not arrived after ${PATIENCE_MS / 1000} s`);
    return;
  }
}

export const hazard: Hazard = {
  id: 'H55',
  file: import.meta.url,
  does: 'sends on one channel before and behind the close of others, over a link that loses packets',
  why:
    'What comes behind the reset of a stream waits until what was sent before has come, on every stream. SCTP looks whether it ' +
    'has come when the next data arrives; where nothing more is sent, the rest waits for good. So does the close of a ' +
    'channel by a browser, which is noticed when its page sends again, on any channel.',
  raw: {
    runs: 3,
    async program(ndc, report) {
      const link = await UdpLink.open(LINK);
      const pair = rawPair(ndc, link);
      const steady = await rawChannel(pair, 'steady');
      let received = 0;
      steady.far.onMessage(() => received++);
      await judge(
        report,
        async () => {
          link.isLossy = false;
          const brief = await rawChannel(pair, 'brief');
          link.isLossy = true;
          steady.near.sendMessage('before');
          await apart();
          brief.near.close();
          await apart();
          steady.near.sendMessage('behind');
        },
        () => received,
      );
      await rawEnd(ndc, pair.alice, pair.bob);
      link.close();
    },
  },
  sdk: {
    runs: 3,
    async program(report) {
      const link = await UdpLink.open(LINK);
      {
        await using rtc = RtcRuntime.acquire('app');
        const pair = sdkPair(rtc, link);
        const steady = await sdkChannel(pair, 'steady');
        let received = 0;
        steady.far.on('message', () => received++);
        await judge(
          report,
          async () => {
            link.isLossy = false;
            const brief = await sdkChannel(pair, 'brief');
            link.isLossy = true;
            await steady.near.send('before');
            await apart();
            void brief.near.close();
            await apart();
            await steady.near.send('behind');
          },
          () => received,
        );
      }
      link.close();
    },
  },
};
