import { loadCandidate } from '../candidates/load.js';
import { crowd } from './crowd.js';
import { ratioGoal } from './goals.js';
import type { Scenario } from './scenario.js';

const CONNECTIONS = 1000;

/** The process is started with `--expose-gc`. */
function collected(): NodeJS.MemoryUsage {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  return process.memoryUsage();
}

export const scenario: Scenario = {
  name: 'memory',
  title: `memory for ${CONNECTIONS} idle connections, each with one channel`,
  figures: [
    { key: 'kb', label: 'a connection', unit: 'kB', better: 'less' },
    // Without the space for new objects, which V8 doubles up to 32 MB: a process has it once, however many connections.
    { key: 'objectsKb', label: 'of which objects of JavaScript', unit: 'kB', better: 'less' },
  ],
  candidates: ['raw-least', 'sdk-events', 'raw-all', 'polyfill'],
  reference: 'raw-least',
  rounds: 3,
  quick: false,
  file: import.meta.url,
  async run(name) {
    const candidate = await loadCandidate(name);
    await crowd(candidate, 1); // code and threads of the library are no connection's
    const before = collected();
    await crowd(candidate, CONNECTIONS / 2);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const after = collected();
    const each = (bytes: number) => bytes / CONNECTIONS / 1024;
    return {
      figures: { kb: each(after.rss - before.rss), objectsKb: each(after.heapUsed - before.heapUsed) },
    };
  },
  judge: (summaries) => [ratioGoal(summaries, 'sdk-events', 'kb', { atMost: 1.05 })],
};
