import { loadCandidate } from '../candidates/load.js';
import type { RawCandidate } from '../candidates/raw.js';
import type { SdkCandidate } from '../candidates/sdk.js';
import type { Scenario } from './scenario.js';

const CHANNELS = 5000;
const PAIRS = 25;

export const scenario: Scenario = {
  name: 'watcher',
  title: `processor time of a process with ${CHANNELS} open idle channels`,
  figures: [{ key: 'core', label: 'of a core', unit: '%', better: 'less', plain: true }],
  candidates: ['raw-least', 'sdk-events'],
  reference: 'raw-least',
  rounds: 3,
  quick: false,
  file: import.meta.url,
  async run(name, { seconds }) {
    const candidate = (await loadCandidate(name)) as RawCandidate | SdkCandidate;
    for (let i = 0; i < PAIRS; i++) {
      await candidate.connectCalmly();
      await candidate.addChannels(CHANNELS / PAIRS / 2 - 1);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const before = process.cpuUsage();
    const started = performance.now();
    await new Promise((resolve) => setTimeout(resolve, seconds * 3000));
    const { user, system } = process.cpuUsage(before);
    return { figures: { core: (user + system) / 10 / (performance.now() - started) } };
  },
  judge(summaries) {
    const goal = 'the close watcher: under 1 % of a core';
    const ours = summaries.of('sdk-events', 'core')?.value.median;
    const raw = summaries.of('raw-least', 'core')?.value.median;
    if (ours === undefined || raw === undefined) return [{ goal, measured: 'not measured', met: undefined }];
    return [{ goal, measured: `${(ours - raw).toFixed(2)} % more than raw`, met: ours - raw < 1 }];
  },
};
