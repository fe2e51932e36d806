import { loadCandidate } from '../candidates/load.js';
import { aheadGoal, ratioGoal } from './goals.js';
import { rate } from './rate.js';
import type { Scenario } from './scenario.js';

/** Messages of one size, one way, as fast as they go. */
export function throughput(name: string, bytes: number, text: string, file: string): Scenario {
  return {
    name,
    title: `messages a second one way, ${text}`,
    figures: [
      { key: 'rate', label: 'messages/s', unit: '/s', better: 'more' },
      { key: 'processor', label: 'processor time a message', unit: 'µs', better: 'less' },
    ],
    candidates: [
      'raw-least',
      'sdk-events',
      'raw',
      'sdk-iterator',
      'sdk-streams',
      'polyfill',
      'werift',
      'wrtc',
    ],
    reference: 'raw-least',
    rounds: 5,
    quick: true,
    file,
    async run(candidate, { seconds }) {
      const link = await (await loadCandidate(candidate)).connect();
      const payload = Buffer.alloc(bytes, 7);
      let arrived = 0;
      const flood = (going: () => boolean) =>
        link.flood(payload, going, (received) => {
          arrived += received;
        });
      const { perSecond, processorUs } = await rate(seconds, () => arrived / bytes, flood);
      return { figures: { rate: perSecond, processor: processorUs } };
    },
    judge: (summaries) => [
      ratioGoal(summaries, 'sdk-events', 'rate', { atLeast: bytes === 16_384 ? 1 : 0.98 }),
      ratioGoal(summaries, 'sdk-iterator', 'rate', { atLeast: 0.9 }),
      ratioGoal(summaries, 'sdk-streams', 'rate', { atLeast: 0.95 }),
      aheadGoal(summaries, 'sdk-events', 'rate', ['polyfill', 'werift', 'wrtc']),
    ],
  };
}
