import { subscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { loadCandidate } from '../candidates/load.js';
import type { RawCandidate } from '../candidates/raw.js';
import type { SdkCandidate } from '../candidates/sdk.js';
import { crowd } from './crowd.js';
import { limitGoal } from './goals.js';
import type { Measured, Scenario } from './scenario.js';

const MESSAGES = 50;
const PAYLOAD = Buffer.alloc(1024, 7);

/** Every connection's channel has just been sent messages; then all of it ends. */
export function teardown(connections: number, file: string): Scenario {
  return {
    name: `teardown-${connections}`,
    title: `tearing down ${connections} open connections with data in flight`,
    figures: [
      { key: 'beyond', label: 'a connection, beyond the drain', unit: 'ms', better: 'less' },
      { key: 'total', label: 'in all', unit: 'ms', better: 'less' },
      { key: 'blocked', label: 'event loop blocked at most', unit: 'ms', better: 'less' },
      { key: 'lost', label: 'lost of a hundred messages', unit: '', better: 'less', plain: true },
    ],
    candidates: ['raw-least', 'sdk-events'],
    reference: 'raw-least',
    rounds: 3,
    quick: connections <= 100,
    file,
    async run(name) {
      const candidate = await loadCandidate(name);
      await crowd(candidate, connections / 2);
      return name === 'raw-least'
        ? endRaw(candidate as RawCandidate, connections)
        : endOurs(candidate as SdkCandidate, connections);
    },
    judge: (summaries) => [
      limitGoal(summaries, 'sdk-events', 'lost', 0, 'everything delivered'),
      limitGoal(summaries, 'sdk-events', 'beyond', 1, 'under 1 ms a connection beyond the drain'),
      limitGoal(
        summaries,
        'sdk-events',
        'blocked',
        30,
        'the event loop is never blocked for longer than 30 ms',
      ),
    ],
  };
}

/** A drain ends when the first handle is destroyed: they are drained together. */
async function endOurs(candidate: SdkCandidate, connections: number): Promise<Measured> {
  let received = 0;
  for (const { far } of candidate.pairs) {
    far.on('message', () => {
      received++;
    });
  }
  let drained = 0;
  subscribe('scoped-rtc:handle:close', () => {
    drained ||= performance.now();
  });
  for (const { near } of candidate.pairs) for (let i = 0; i < MESSAGES; i++) near.trySend(PAYLOAD);
  return watchingTheLoop(
    connections,
    () => candidate.endAll(),
    () => received,
    () => drained,
  );
}

async function endRaw(candidate: RawCandidate, connections: number): Promise<Measured> {
  let received = 0;
  candidate.send(PAYLOAD, MESSAGES, () => {
    received++;
  });
  let drained = 0;
  const end = () =>
    candidate.endAll(() => {
      drained = performance.now();
    });
  return watchingTheLoop(
    connections,
    end,
    () => received,
    () => drained,
  );
}

async function watchingTheLoop(
  connections: number,
  end: () => Promise<void>,
  received: () => number,
  drained: () => number,
): Promise<Measured> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  await new Promise((resolve) => setTimeout(resolve, 5)); // it measures from its first tick
  const started = performance.now();
  await end();
  const ended = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 20)); // it is notified of a delay only afterwards
  loop.disable();
  const sent = (connections / 2) * MESSAGES;
  return {
    figures: {
      total: ended - started,
      beyond: (ended - drained()) / connections,
      blocked: loop.max / 1e6,
      lost: (100 * (sent - received())) / sent,
    },
  };
}
