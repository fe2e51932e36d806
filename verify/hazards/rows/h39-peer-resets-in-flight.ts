import { RtcRuntime } from '../../../src/index.js';
import type { Hazard } from '../support/hazard.js';
import { pause } from '../support/patience.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

export const hazard: Hazard = {
  id: 'H39',
  file: import.meta.url,
  does: 'sends 400 messages of 16 kB to a peer that closes the channel in the middle',
  why: 'The send throws in the middle of a loop, a plain Error; what was lost is reported nowhere.',
  raw: {
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      let arrived = 0;
      far.onMessage(() => {
        if (++arrived === 5) far.close();
      });
      let sent = 0;
      try {
        for (; sent < 400; sent++) {
          near.sendMessageBinary(Buffer.alloc(16_384));
          if (sent % 10 === 0) await pause(1);
        }
        report.wrong(`${sent - arrived} sent messages were lost and nothing reports it`);
      } catch (error) {
        if (!(error as { code?: string }).code)
          report.wrong(`an error without a code: ${(error as Error).message}`);
      }
      await rawEnd(ndc, near, alice, bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { near, far } = await sdkChannels(rtc);
      let arrived = 0;
      far.on('message', () => {
        if (++arrived === 5) void far.close();
      });
      let reported: string | undefined;
      for (let sent = 0; sent < 400 && !reported; sent++) {
        await near.send(Buffer.alloc(16_384)).catch((error: { code?: string }) => {
          reported = error.code ?? 'no code';
        });
        if (sent % 10 === 0) await pause(1);
      }
      const { by } = await near.closed();
      if (reported === 'no code') report.wrong('an error without a code');
      if (by !== 'remote') report.wrong(`closed by ${by}`);
      report.note(`closed by the peer${reported ? `, send rejects with ${reported}` : ''}`);
    },
  },
};
