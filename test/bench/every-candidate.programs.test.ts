import { afterAll, beforeAll, expect, test } from 'vitest';
import { CANDIDATES, isOurs } from '../../verify/bench/candidates/names.js';
import { isInstalled, remedyOf } from '../../verify/bench/candidates/peer-packages.js';
import { renderChart } from '../../verify/bench/report/chart.js';
import { intoPage } from '../../verify/bench/report/markdown.js';
import { scenario as start } from '../../verify/bench/scenarios/start.js';
import { scenario as throughput } from '../../verify/bench/scenarios/throughput-1k.js';
import { Compiled } from '../../verify/hazards/support/compiled.js';
import { runMatrix } from '../../verify/bench/support/matrix.js';
import type { Summaries } from '../../verify/bench/support/summary.js';

let compiled: Compiled;

beforeAll(async () => {
  compiled = await Compiled.make('bench');
});

afterAll(async () => {
  await compiled[Symbol.asyncDispose]();
});

const run = (scenario: typeof throughput): Promise<Summaries[]> =>
  runMatrix({
    compiled,
    scenarios: [scenario],
    candidates: undefined,
    mostRounds: 1,
    effort: { seconds: 0.5, share: 0.05 },
    profiles: undefined,
    onProgress: () => {},
  });

test('every candidate of ours measures something, and what is not installed says how to install it', async () => {
  const [summaries] = await run(throughput);
  for (const candidate of throughput.candidates) {
    if (isInstalled(candidate)) {
      const failures = summaries?.failures(candidate) ?? [];
      if (isOurs(candidate)) expect(failures, CANDIDATES[candidate]).toEqual([]);
      // Without this package a pair may fail to connect by chance (H48, H26), which is reported as such.
      if (failures.length > 0) continue;
      expect(summaries?.of(candidate, 'rate')?.value.median, CANDIDATES[candidate]).toBeGreaterThanOrEqual(0);
    } else expect(summaries?.failures(candidate)).toEqual([remedyOf(candidate)]);
  }
  // In so short a time only this one is sure to have received something; in a tenth of it a starved machine had nothing yet.
  expect(summaries?.of('sdk-events', 'rate')?.value.median).toBeGreaterThan(0);
});

test('a process that fails is reported as such, and the page and its chart have what was measured', async () => {
  const [summaries] = await run({ ...start, candidates: ['raw', 'sdk-events', 'raw-all'] });
  if (!summaries) throw new Error('nothing was measured');
  expect(summaries.failures('raw-all')).toEqual([expect.stringContaining('no start for raw-all')]);
  expect(summaries.of('sdk-events', 'ms')?.ratio?.median).toBeGreaterThan(0);
  const page =
    '<!-- measured: written by npm run bench -- --write-docs -->\n<!-- end of what was measured -->\n';
  expect(intoPage(page, [summaries], { platform: 'here' })).toContain('| scoped-rtc, events |');
  expect(renderChart('Start', [summaries])).toMatch(/<rect class="ours"[^>]*width="[1-9]/);
});
