import { expect, test } from 'vitest';
import { baselineOf, MARGIN, regressions } from '../../verify/bench/report/baseline.js';
import { formatNumber } from '../../verify/bench/report/format.js';
import { scenario as connect } from '../../verify/bench/scenarios/connect.js';
import { scenario as start } from '../../verify/bench/scenarios/start.js';
import { scenario as throughput } from '../../verify/bench/scenarios/throughput-1k.js';
import { Summaries } from '../../verify/bench/support/summary.js';

const throughputs = (raw: number, ours: number): Summaries =>
  new Summaries(throughput, [
    { candidate: 'raw-least', round: 0, measured: { figures: { rate: raw } } },
    { candidate: 'sdk-events', round: 0, measured: { figures: { rate: ours } } },
  ]);

const starts = (raw: number, ours: number): Summaries =>
  new Summaries(start, [
    { candidate: 'raw', round: 0, measured: { figures: { ms: raw } } },
    { candidate: 'sdk-events', round: 0, measured: { figures: { ms: ours } } },
  ]);

test('a ratio regresses past the margin only, downwards for rates and upwards for times', () => {
  const baseline = baselineOf([throughputs(100, 90), starts(20, 25)]);
  expect(baseline).toEqual({ 'throughput-1k': { 'sdk-events': 0.9 }, start: { 'sdk-events': 1.25 } });

  // Twice as fast a machine changes no ratio.
  expect(regressions([throughputs(200, 180), starts(10, 12.5)], baseline)).toEqual([]);
  expect(
    regressions([throughputs(100, 90 / (1 + MARGIN) + 1), starts(20, 25 * (1 + MARGIN) - 1)], baseline),
  ).toEqual([]);
  expect(regressions([throughputs(100, 90 / (1 + MARGIN) - 1)], baseline)).toHaveLength(1);
  expect(regressions([starts(20, 25 * (1 + MARGIN) + 1)], baseline)).toHaveLength(1);
});

test('a process that measured nothing is a regression, one that was not run is none', () => {
  const baseline = { 'throughput-1k': { 'sdk-events': 0.9, 'sdk-iterator': 0.9 } };
  const crashed = new Summaries(throughput, [{ candidate: 'sdk-events', round: 0, failure: 'SIGSEGV' }]);
  expect(regressions([crashed], baseline)).toEqual(['throughput-1k, sdk-events: measured nothing']);
});

test('percentiles are of all rounds together, ratios of rounds, and stalls are counted', () => {
  const round = (candidate: 'raw' | 'sdk-events', index: number, times: number[]) => ({
    candidate,
    round: index,
    measured: { figures: { failed: 0 }, times },
  });
  const summaries = new Summaries(connect, [
    round('raw', 0, [2, 2, 1002]),
    round('sdk-events', 0, [4, 4, 4]),
    round('sdk-events', 1, [6, 6, 6, 6, 6]),
    round('raw', 1, [3, 3, 3]),
  ]);
  expect(summaries.of('sdk-events', 'p50')?.value.median).toBe(6);
  expect(summaries.of('sdk-events', 'p50')?.ratio).toEqual({ median: 2, low: 2, high: 2 });
  expect(summaries.of('raw', 'stalls')?.value.median).toBe(1);
  expect(connect.judge(summaries).map(({ met }) => met)).toEqual([true, true, true]);
});

test('numbers have three digits that count', () => {
  expect([0, 0.1234, 1.5, 42, 999.6, 12_345, 290_123].map(formatNumber)).toEqual([
    '0',
    '0.123',
    '1.50',
    '42.0',
    '1 000',
    '12 300',
    '290 000',
  ]);
});
