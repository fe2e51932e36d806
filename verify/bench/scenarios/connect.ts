import type { CandidateName } from '../candidates/names.js';
import { loadCandidate } from '../candidates/load.js';
import { percentile } from '../support/statistics.js';
import { limitGoal } from './goals.js';
import type { Scenario } from './scenario.js';

const ROUNDS = 5;
/** Connections a candidate, all rounds together. */
const CONNECTIONS = 300;
/** Milliseconds: what DTLS waits before it repeats a lost packet is a second (H27). */
const STALL_MS = 900;
/** Milliseconds after which a connection counts as failed. */
const PATIENCE_MS = 8000;

const stalls = (times: readonly number[]): number => times.filter((ms) => ms >= STALL_MS).length;

export const scenario: Scenario = {
  name: 'connect',
  title: `from nothing to an open channel, ${CONNECTIONS} connections on loopback`,
  figures: [
    { key: 'p50', label: 'p50', unit: 'ms', better: 'less', of: (times) => percentile(times, 0.5) },
    { key: 'p90', label: 'p90', unit: 'ms', better: 'less', of: (times) => percentile(times, 0.9) },
    { key: 'p99', label: 'p99', unit: 'ms', better: 'less', of: (times) => percentile(times, 0.99) },
    { key: 'stalls', label: 'stalls of 1 s', unit: '', better: 'less', of: stalls, plain: true },
    { key: 'failed', label: 'failed', unit: '', better: 'less', plain: true },
  ],
  candidates: ['raw', 'sdk-events', 'polyfill', 'werift', 'wrtc'],
  reference: 'raw',
  rounds: ROUNDS,
  quick: true,
  logarithmic: true,
  file: import.meta.url,
  async run(name, { share }) {
    const candidate = await loadCandidate(name);
    const times: number[] = [];
    let failed = 0;
    for (let i = Math.ceil((CONNECTIONS / ROUNDS) * share); i > 0; i--) {
      const started = performance.now();
      if (await inTime(candidate.connect())) times.push(performance.now() - started);
      else failed++;
      await endOne(name, candidate, failed);
    }
    return { figures: { failed }, times };
  },
  judge: (summaries) => [
    limitGoal(summaries, 'sdk-events', 'stalls', 0, 'no stall of 1 s'),
    limitGoal(summaries, 'sdk-events', 'failed', 0, 'no connection fails'),
    limitGoal(summaries, 'sdk-events', 'p90', 8, 'p90 at most 8 ms'),
  ],
};

async function inTime(connecting: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  const connected = connecting.then(
    () => true,
    () => false,
  );
  const result = await Promise.race([connected, late]);
  clearTimeout(timer);
  return result;
}

/** What failed has left no link to close; what is left of it ends with the process. */
async function endOne(
  name: CandidateName,
  candidate: Awaited<ReturnType<typeof loadCandidate>>,
  failed: number,
): Promise<void> {
  // Cleanup is no part of this row, and would end what has not connected yet.
  if (failed === 0 || name === 'sdk-events') await candidate.close();
}
