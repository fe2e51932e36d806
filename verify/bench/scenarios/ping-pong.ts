import type { Link } from '../candidates/candidate.js';
import { loadCandidate } from '../candidates/load.js';
import { median } from '../support/statistics.js';
import { ratioGoal } from './goals.js';
import { rate } from './rate.js';
import type { Scenario } from './scenario.js';

/** The median time of a round trip, in microseconds. */
export async function roundTrip(link: Link, seconds: number): Promise<number> {
  const times: number[] = [];
  let last = performance.now();
  const turned = () => {
    const now = performance.now();
    times.push(now - last);
    last = now;
  };
  await rate(
    seconds,
    () => times.length,
    (going) => link.pingPong(Buffer.alloc(100, 7), going, turned),
  );
  return median(times.slice(times.length >> 3)) * 1000;
}

export const scenario: Scenario = {
  name: 'ping-pong',
  title: 'ping-pong of 100 B, one pair',
  figures: [{ key: 'us', label: 'round trip', unit: 'µs', better: 'less' }],
  candidates: ['raw-least', 'sdk-events', 'raw', 'sdk-iterator', 'sdk-streams', 'polyfill', 'werift', 'wrtc'],
  reference: 'raw-least',
  rounds: 5,
  quick: true,
  file: import.meta.url,
  async run(candidate, { seconds }) {
    const link = await (await loadCandidate(candidate)).connect();
    return { figures: { us: await roundTrip(link, seconds) } };
  },
  judge: (summaries) => [ratioGoal(summaries, 'sdk-events', 'us', { atMost: 1.03 })],
};
