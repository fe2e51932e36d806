import { RtcRuntime } from '../../../src/index.js';
import type { Hazard, Report } from '../support/hazard.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

const PAIRS = 25;

/** The retransmission comes after a second; nothing else on a loopback takes so long, but a busy machine may. */
function judge(times: readonly number[], report: Report): void {
  const slow = times.filter((ms) => ms > 900).length;
  if (slow > 1) report.wrong(`${slow} of ${PAIRS} connections take a second`);
  report.note(`slowest ${Math.round(Math.max(...times))} ms`);
}

export const hazard: Hazard = {
  id: 'H27',
  file: import.meta.url,
  does: `connects ${PAIRS} pairs of peers, one after the other`,
  why:
    'The answerer is both ICE-controlled and DTLS client: it is connected first, its first DTLS packet comes before the ' +
    'offerer can take it, is dropped, and repeated after a second. Behind NATs the first check is dropped, and with it the order ' +
    'is reversed: there a DTLS client that offers has the same trouble.',
  raw: {
    runs: 2,
    async program(ndc, report) {
      const times: number[] = [];
      for (let i = 0; i < PAIRS; i++) {
        const started = performance.now();
        const { alice, bob, near, far } = await rawChannels(ndc);
        times.push(performance.now() - started);
        for (const handle of [near, far, alice, bob]) handle.close();
      }
      judge(times, report);
      await rawEnd(ndc);
    },
  },
  sdk: {
    async program(report) {
      const times: number[] = [];
      await using rtc = RtcRuntime.acquire('app');
      for (let i = 0; i < PAIRS; i++) {
        await using pair = rtc.fork();
        const started = performance.now();
        await sdkChannels(pair);
        times.push(performance.now() - started);
      }
      judge(times, report);
    },
  },
};
