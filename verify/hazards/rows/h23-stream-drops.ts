import { Writable } from 'node:stream';
import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { settled } from '../support/patience.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

const MESSAGES = 500;

/** A consumer that needs a moment for each message. */
function slowReader(onMessage: () => void): Writable {
  return new Writable({
    objectMode: true,
    write(_message, _encoding, done) {
      onMessage();
      setTimeout(done, 1);
    },
  });
}

export const hazard: Hazard = {
  id: 'H23',
  file: import.meta.url,
  does: 'pipes a channel as a stream into a slow consumer, 500 messages',
  why: 'The read side of `DataChannelStream` drops what comes while its buffer is full.',
  raw: {
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      let arrived = 0;
      const stream = new ndc.DataChannelStream(far);
      stream.on('error', () => {});
      stream.pipe(slowReader(() => arrived++));
      for (let i = 0; i < MESSAGES; i++) near.sendMessage(`message ${i}`);
      await settled(() => arrived);
      report.lost(MESSAGES - arrived, MESSAGES);
      await rawEnd(ndc, near, far, alice, bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { near, far } = await sdkChannels(rtc);
      let arrived = 0;
      far.toDuplex().pipe(slowReader(() => arrived++));
      for (let i = 0; i < MESSAGES; i++) await near.send(`message ${i}`);
      await settled(() => arrived);
      report.lost(MESSAGES - arrived, MESSAGES);
    },
  },
};
