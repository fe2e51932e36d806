import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Summaries } from '../support/summary.js';
import { renderChart } from './chart.js';

/** Which scenarios share a chart; the file is `docs/images/performance-NAME.svg`. */
export const CHARTS = [
  { name: 'throughput', title: 'Messages one way', scenarios: /^throughput-/ },
  { name: 'latency', title: 'Ping-pong', scenarios: /^(ping-pong|beside-\d+)$/ },
  { name: 'connecting', title: 'Connecting, and a whole life', scenarios: /^(connect|life|start)$/ },
  { name: 'teardown', title: 'Tearing down', scenarios: /^teardown-/ },
  { name: 'scale', title: 'Scale', scenarios: /^(memory|watcher|gigabyte)$/ },
  { name: 'link', title: 'Over a real link', scenarios: /^link-/ },
] as const;

export async function writeCharts(root: string, results: readonly Summaries[]): Promise<void> {
  const folder = join(root, 'docs', 'images');
  await mkdir(folder, { recursive: true });
  for (const { name, title, scenarios } of CHARTS) {
    const shown = results.filter(({ scenario }) => scenarios.test(scenario.name));
    if (shown.length === 0) continue; // not measured in this run
    await writeFile(join(folder, `performance-${name}.svg`), renderChart(title, shown));
  }
}
