import { loadCandidate } from '../candidates/load.js';
import { crowd } from './crowd.js';
import { ratioGoal } from './goals.js';
import { roundTrip } from './ping-pong.js';
import type { Scenario, Verdict } from './scenario.js';

/** Ping-pong on one pair while others are connected and idle. */
export function besideIdle(idle: number, file: string): Scenario {
  return {
    name: `beside-${idle}`,
    title: `ping-pong of 100 B beside ${idle} idle connections`,
    figures: [{ key: 'us', label: 'round trip', unit: 'µs', better: 'less' }],
    candidates: ['raw-least', 'sdk-events', 'raw-all'],
    reference: 'raw-least',
    rounds: 3,
    quick: idle <= 100,
    file,
    async run(name, { seconds }) {
      const candidate = await loadCandidate(name);
      await crowd(candidate, idle / 2);
      return { figures: { us: await roundTrip(await candidate.connectCalmly(), seconds) } };
    },
    judge(summaries) {
      const verdicts = [ratioGoal(summaries, 'sdk-events', 'us', { atMost: 1 })];
      if (idle === 2000) verdicts.push(threeTimesBetter(summaries));
      return verdicts;
    },
  };
}

function threeTimesBetter(summaries: Parameters<Scenario['judge']>[0]): Verdict {
  const goal = 'at least 3 times better than raw with all callbacks';
  const ours = summaries.of('sdk-events', 'us')?.value.median;
  const all = summaries.of('raw-all', 'us')?.value.median;
  if (ours === undefined || all === undefined) return { goal, measured: 'not measured', met: undefined };
  return { goal, measured: `${(all / ours).toFixed(1)} times`, met: all / ours >= 3 };
}
