import { loadCandidate } from '../candidates/load.js';
import { mean, median } from '../support/statistics.js';
import { ratioGoal } from './goals.js';
import type { Scenario } from './scenario.js';

export const scenario: Scenario = {
  name: 'life',
  title: 'create, connect, exchange one message, tear down',
  figures: [
    { key: 'ms', label: 'all of it', unit: 'ms', better: 'less', of: median },
    { key: 'mean', label: 'mean', unit: 'ms', better: 'less', of: mean },
    { key: 'end', label: 'tearing down', unit: 'ms', better: 'less' },
  ],
  candidates: ['raw', 'sdk-events', 'raw-least', 'polyfill', 'werift', 'wrtc'],
  reference: 'raw',
  rounds: 5,
  quick: false, // raw stalls for a second now and then (H27): a few rounds say nothing
  logarithmic: true,
  file: import.meta.url,
  async run(name, { share }) {
    const candidate = await loadCandidate(name);
    const times: number[] = [];
    const ends: number[] = [];
    for (let i = Math.ceil(20 * share); i > 0; i--) {
      const started = performance.now();
      await candidate.connect();
      await candidate.exchange('hello');
      const used = performance.now();
      await candidate.close();
      const ended = performance.now();
      times.push(ended - started);
      ends.push(ended - used);
    }
    return { figures: { end: median(ends) }, times };
  },
  // The mean shows what raw's stalls cost (H27), the median what a connection costs that does not stall.
  judge: (summaries) => [
    ratioGoal(summaries, 'sdk-events', 'ms', { atMost: 1 }),
    ratioGoal(summaries, 'sdk-events', 'mean', { atMost: 1 }),
  ],
};
