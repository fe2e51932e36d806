import { CANDIDATES, isOurs } from '../candidates/names.js';
import type { Figure } from '../scenarios/scenario.js';
import type { Summaries } from '../support/summary.js';
import { formatNumber } from './format.js';

interface Bar {
  readonly name: string;
  readonly ours: boolean;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A chart of bars for each scenario, one below the other: the value, and a line for its spread. */
export function renderChart(title: string, results: readonly Summaries[]): string {
  let y = 34;
  const panels: string[] = [];
  for (const summaries of results) {
    const { panel, height } = renderPanel(summaries, y);
    panels.push(panel);
    y += height;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">`,
    `<title>${escapeText(title)}</title>`,
    STYLE,
    `<text class="title" x="12" y="22">${escapeText(title)}</text>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

function renderPanel(summaries: Summaries, top: number): { panel: string; height: number } {
  const { scenario } = summaries;
  const [figure] = scenario.figures;
  const bars = barsOf(summaries, figure);
  const most = Math.max(...bars.map((bar) => bar.high), Number.MIN_VALUE);
  const least = Math.min(...bars.map((bar) => bar.low));
  const scale = scenario.logarithmic
    ? logarithmic(least, most)
    : (value: number) => (value / most) * BAR_WIDTH;
  const how = [figure.unit === '/s' ? 'a second' : figure.unit, `${figure.better} is better`];
  if (scenario.logarithmic) how.push('logarithmic');
  const lines = [
    `<text class="panel" x="12" y="${top + 18}">${escapeText(`${scenario.title}: ${figure.label}`)}</text>`,
    `<text class="how" x="${WIDTH - 12}" y="${top + 18}" text-anchor="end">${escapeText(how.join(', '))}</text>`,
  ];
  bars.forEach((bar, index) => lines.push(...renderBar(bar, scale, top + 30 + index * ROW)));
  return { panel: lines.join('\n'), height: 30 + bars.length * ROW + 14 };
}

function renderBar(bar: Bar, scale: (value: number) => number, y: number): string[] {
  const end = LEFT + scale(bar.value);
  const [from, to] = [LEFT + scale(bar.low), LEFT + scale(bar.high)];
  const middle = y + (ROW - 6) / 2;
  return [
    `<text class="name" x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${escapeText(bar.name)}</text>`,
    `<rect class="${bar.ours ? 'ours' : 'other'}" x="${LEFT}" y="${y}" width="${fixed(end - LEFT)}" height="${ROW - 6}"/>`,
    `<path class="spread" d="M${fixed(from)} ${middle}H${fixed(to)}"/>`,
    `<text class="value" x="${fixed(Math.max(end, to) + 6)}" y="${y + 13}">${formatNumber(bar.value)}</text>`,
  ];
}

function barsOf(summaries: Summaries, figure: Figure): Bar[] {
  return summaries.candidates.flatMap((candidate) => {
    const value = summaries.of(candidate, figure.key)?.value;
    if (!value) return [];
    const { median, low, high } = value;
    return [{ name: CANDIDATES[candidate], ours: isOurs(candidate), value: median, low, high }];
  });
}

function logarithmic(least: number, most: number): (value: number) => number {
  const from = Math.floor(Math.log10(Math.max(least, 0.001)));
  const to = Math.log10(most);
  return (value) =>
    Math.max(1, ((Math.log10(Math.max(value, 0.001)) - from) / Math.max(to - from, 0.1)) * BAR_WIDTH);
}

const fixed = (value: number): string => value.toFixed(1);

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const WIDTH = 820;
const LEFT = 250;
const BAR_WIDTH = 460;
const ROW = 22;

/** Readable on a light page and on a dark one. */
const STYLE = `<style>
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-size: 15px; font-weight: 600 }
.panel { font-weight: 600 }
.how { fill: #656d76 }
.other { fill: #a9b4c0 }
.ours { fill: #2f7d4f }
.spread { stroke: #24292f; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .how { fill: #8d96a0 }
  .other { fill: #57606a }
  .ours { fill: #3fb068 }
  .spread { stroke: #e6edf3 }
}
</style>`;
