import { RtcRuntime } from '../../../src/index.js';
import type { Hazard, Report } from '../support/hazard.js';
import { pause } from '../support/patience.js';
import { keep, RAW_CONFIG, rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

const IDLE = 1500;
const ROUNDS = 400;
/** Times as long as without idle connections that one message may take beside that many. */
const MOST_FACTOR = 2.5;
const LOOKS = 5;

/** Microseconds that one message takes there, the least of several medians: other load on the machine only adds. */
async function microseconds(once: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let series = 0; series < 5; series++) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS / 5; round++) {
      const started = performance.now();
      await once();
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    best = Math.min(best, times[times.length >> 1] ?? Number.POSITIVE_INFINITY);
  }
  return Math.round(best * 1000);
}

/** Looks again where it took too long: both times are the least of several, and another load may have come in between. */
async function judge(alone: number, once: () => Promise<unknown>, report: Report): Promise<void> {
  let beside = await microseconds(once);
  for (let look = 1; look < LOOKS && beside > alone * MOST_FACTOR; look++) {
    await pause(200);
    beside = Math.min(beside, await microseconds(once));
  }
  const text = `a message takes ${beside} µs beside ${IDLE} idle connections, ${alone} µs alone`;
  if (beside > alone * MOST_FACTOR) report.wrong(text);
  else report.note(text);
}

export const hazard: Hazard = {
  id: 'H15',
  file: import.meta.url,
  does: `keeps ${IDLE} idle connections with the usual handlers beside a busy one`,
  why: 'Every registered callback is a libuv async handle, and each wake-up of the event loop walks all of them.',
  raw: {
    async program(ndc, report) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      const once = () => {
        const arrived = new Promise((resolve) => far.onMessage(resolve));
        near.sendMessage('ping');
        return arrived;
      };
      const alone = await microseconds(once);
      const idle = Array.from({ length: IDLE }, (_, i) => {
        const pc = keep(new ndc.PeerConnection(`idle-${i}`, RAW_CONFIG));
        pc.onStateChange(() => {});
        pc.onIceStateChange(() => {});
        pc.onSignalingStateChange(() => {});
        pc.onGatheringStateChange(() => {});
        pc.onLocalDescription(() => {});
        pc.onLocalCandidate(() => {});
        pc.onDataChannel(() => {});
        return pc;
      });
      await judge(alone, once, report);
      await rawEnd(ndc, near, far, alice, bob, ...idle);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { near, far } = await sdkChannels(rtc);
      const once = () => {
        const arrived = new Promise((resolve) => far.once('message', resolve));
        void near.send('ping');
        return arrived;
      };
      const alone = await microseconds(once);
      for (let i = 0; i < IDLE; i++) {
        const pc = rtc.createPeerConnection(`idle-${i}`);
        pc.on('stateChange', () => {});
        pc.on('localDescription', () => {});
        pc.on('localCandidate', () => {});
        pc.on('dataChannel', () => {});
      }
      await judge(alone, once, report);
    },
  },
};
