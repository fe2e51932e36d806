import { loadCandidate } from '../candidates/load.js';
import { aheadGoal, limitGoal, ratioGoal } from './goals.js';
import type { Scenario } from './scenario.js';

const BYTES = 1024 ** 3;
const CHUNK = Buffer.alloc(64 * 1024, 7);
/** Of the transfer: until then the process takes the memory that it needs for any transfer. */
const SETTLED = 0.2;

export const scenario: Scenario = {
  name: 'gigabyte',
  title: '1 GB through one channel with backpressure, 64 kB messages',
  figures: [
    { key: 'rate', label: 'rate', unit: 'MB/s', better: 'more' },
    { key: 'growth', label: 'memory grows by', unit: 'MB', better: 'less', plain: true },
  ],
  candidates: ['raw-least', 'sdk-events', 'sdk-iterator', 'sdk-streams', 'polyfill'],
  reference: 'raw-least',
  rounds: 3,
  quick: false,
  file: import.meta.url,
  async run(name, { share }) {
    const bytes = Math.round(BYTES * share);
    const link = await (await loadCandidate(name)).connect();
    let arrived = 0;
    let settled = 0;
    let most = 0;
    let done = () => {};
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    const watch = setInterval(() => {
      const resident = process.memoryUsage.rss();
      if (arrived < bytes * SETTLED) settled = Math.max(settled, resident);
      most = Math.max(most, resident);
    }, 50);
    const started = performance.now();
    const arrives = (received: number) => {
      arrived += received;
      if (arrived >= bytes) done();
    };
    let asked = 0;
    // The number of chunks is given, so that the last one sent is the last one needed.
    const sending = link.flood(CHUNK, () => asked++ * CHUNK.length < bytes, arrives);
    await Promise.all([all, sending]);
    const ms = performance.now() - started;
    clearInterval(watch);
    return { figures: { rate: arrived / 1000 / ms, growth: (most - settled) / 1e6 } };
  },
  judge: (summaries) => [
    ratioGoal(summaries, 'sdk-events', 'rate', { atLeast: 0.98 }),
    ratioGoal(summaries, 'sdk-iterator', 'rate', { atLeast: 0.98 }),
    limitGoal(summaries, 'sdk-events', 'growth', 32, 'constant memory: it grows by less than 32 MB'),
    aheadGoal(summaries, 'sdk-events', 'rate', ['polyfill']),
  ],
};
