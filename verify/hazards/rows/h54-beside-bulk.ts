import { RtcRuntime } from '../../../src/index.js';
import { UdpLink } from '../../../test/support/udp-link.js';
import type { Hazard, Report } from '../support/hazard.js';
import { rawChannel, rawEnd, rawPair } from '../support/raw-pair.js';
import { sdkChannel, sdkPair } from '../support/sdk-pair.js';

/** 40 Mbit/s: over a faster link SCTP now and then has nothing left to send, which lets the other channel through. */
const LINK = { delay: 5, jitter: 0, loss: 0, seed: 1, bandwidth: 5e6, queue: 100_000 };
const CHUNK = Buffer.alloc(64_000);
/** Messages that arrive behind the small one: several times what all buffers hold. */
const BEHIND = 150;
const BEFORE = 20;

/**
 * `transfer` sends while it is asked to; `sendSmall` is called in the midst of it. Says how many messages of the transfer
 * arrived before the small one.
 */
async function judge(
  report: Report,
  transfer: (going: () => boolean, arrived: () => void) => void,
  sendSmall: (arrived: () => void) => void,
): Promise<void> {
  let arrived = 0;
  let isOver = false;
  const behind = await new Promise<number | undefined>((resolve) => {
    transfer(
      () => !isOver,
      () => {
        arrived++;
        if (arrived === BEFORE) sendSmall(() => resolve(arrived - BEFORE));
        else if (arrived === BEFORE + BEHIND) resolve(undefined);
      },
    );
  });
  isOver = true;
  if (behind === undefined) report.wrong(`not received behind ${BEHIND} messages of the transfer`);
  else report.note(`received behind ${behind} messages of the transfer`);
}

export const hazard: Hazard = {
  id: 'H54',
  file: import.meta.url,
  does: 'sends a small message on a second channel while a transfer of 64 kB messages goes on',
  why:
    'The SCTP scheduler stays with a stream for as long as it has another message that takes more than one packet: it notes ' +
    'the stream as one in the middle of a message before it takes out the message that is complete.',
  raw: {
    runs: 2,
    async program(ndc, report) {
      const link = await UdpLink.open(LINK);
      const pair = rawPair(ndc, link);
      const bulk = await rawChannel(pair, 'bulk');
      const small = await rawChannel(pair, 'small');
      await judge(
        report,
        (going, arrived) => {
          const fill = () => {
            while (going() && bulk.near.bufferedAmount() < 1e6) bulk.near.sendMessageBinary(CHUNK);
          };
          bulk.far.onMessage(arrived);
          bulk.near.setBufferedAmountLowThreshold(5e5);
          bulk.near.onBufferedAmountLow(fill);
          fill();
        },
        (arrived) => {
          small.far.onMessage(arrived);
          small.near.sendMessage('small');
        },
      );
      await rawEnd(ndc, pair.alice, pair.bob);
      link.close();
    },
  },
  sdk: {
    runs: 2,
    async program(report) {
      const link = await UdpLink.open(LINK);
      {
        await using rtc = RtcRuntime.acquire('app');
        const pair = sdkPair(rtc, link);
        const bulk = await sdkChannel(pair, 'bulk');
        const small = await sdkChannel(pair, 'small');
        let sending: Promise<void> | undefined;
        await judge(
          report,
          (going, arrived) => {
            bulk.far.on('message', arrived);
            sending = (async () => {
              while (going()) await bulk.near.send(CHUNK);
            })();
          },
          (arrived) => {
            small.far.on('message', arrived);
            void small.near.send('small');
          },
        );
        await sending;
      }
      link.close();
    },
  },
};
