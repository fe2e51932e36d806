import { RtcRuntime } from '../../../src/index.js';
import type { Hazard, Report } from '../support/hazard.js';
import { busy } from '../support/busy.js';
import { collectGarbage, pause } from '../support/patience.js';
import { rawChannel, rawEnd, rawPair } from '../support/raw-pair.js';
import { sdkChannel, sdkPair } from '../support/sdk-pair.js';

const ROUNDS = 150;
const MESSAGES = 10;
const MESSAGE = Buffer.alloc(20_000);
const SENT = ROUNDS * MESSAGES * MESSAGE.length;

/** `round` receives the messages on a channel and closes it while they wait for the event loop. */
async function judge(report: Report, round: () => Promise<void>): Promise<void> {
  for (let n = 0; n < 20; n++) await round();
  await collectGarbage();
  const before = process.memoryUsage.rss();
  for (let n = 0; n < ROUNDS; n++) await round();
  await collectGarbage();
  const grown = Math.round((process.memoryUsage.rss() - before) / 1e6);
  if (grown * 1e6 > SENT / 2) report.wrong(`${grown} MB more in memory after ${SENT / 1e6} MB were received`);
  else report.note(`${grown} MB more after ${SENT / 1e6} MB`);
}

export const hazard: Hazard = {
  id: 'H58',
  file: import.meta.url,
  does: 'closes a channel while messages that it received wait for the event loop, again and again',
  why:
    'The addon does not free what is queued for a callback when that is given up: the message is only taken out of its ' +
    'holder behind a check that returns early then.',
  raw: {
    runs: 1,
    async program(ndc, report) {
      const pair = rawPair(ndc);
      await judge(report, async () => {
        const { near, far } = await rawChannel(pair, 'upload');
        far.onMessage(() => {});
        far.onClosed(() => {});
        for (let n = 0; n < MESSAGES; n++) near.sendMessageBinary(MESSAGE);
        busy(10);
        far.close();
        await pause(3);
        near.close();
        await pause(3);
      });
      await rawEnd(ndc, pair.alice, pair.bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const pair = sdkPair(rtc);
      await judge(report, async () => {
        const { near, far } = await sdkChannel(pair, 'upload');
        for (let n = 0; n < MESSAGES; n++) near.send(MESSAGE).catch(() => {});
        busy(10);
        await far.abort();
        await near.closed();
      });
    },
  },
};
