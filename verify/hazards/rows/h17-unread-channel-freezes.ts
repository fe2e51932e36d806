import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { settled } from '../support/patience.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

const MESSAGES = 3000;

export const hazard: Hazard = {
  id: 'H17',
  file: import.meta.url,
  does: 'does not read a channel yet while 3000 messages arrive, then closes the connection',
  why:
    "The full receive queue blocks the library's worker while it holds the transport's lock; close waits for it for good. So it " +
    'does behind a channel that the peer has just opened and this end has not been given: closing gives it two turns of the event loop, and ' +
    '`process.exit()` leaves such a connection to the operating system.',
  raw: {
    runs: 1,
    async program(ndc) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      for (let i = 0; i < MESSAGES; i++) near.sendMessage(`message ${i}`);
      await settled(() => near.bufferedAmount(), 300, 3000);
      await rawEnd(ndc, bob, far, near, alice);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { bob, near, far } = await sdkChannels(rtc);
      for (let i = 0; i < MESSAGES; i++) void near.send(`message ${i}`);
      await near.close();
      await bob.close();
      let late = 0;
      for await (const _message of far) late++;
      report.lost(MESSAGES - late, MESSAGES);
    },
  },
};
