import { CANDIDATES } from '../candidates/names.js';
import type { Summaries } from '../support/summary.js';
import { cellsOf } from './cells.js';
import { CHARTS } from './charts.js';

const END = '<!-- end of what was measured -->';

/** What one command writes: a part of the page behind its mark. */
const PARTS = [
  {
    begin: '<!-- measured: written by npm run bench -- --write-docs -->',
    holds: ({ scenario }: Summaries) => !scenario.name.startsWith('link-'),
  },
  {
    begin: '<!-- measured: written by npm run bench -- --only link --write-docs -->',
    holds: ({ scenario }: Summaries) => scenario.name.startsWith('link-'),
  },
];

/** Puts what was measured between the marks of the page; the text around them is for people to write. */
export function intoPage(
  page: string,
  results: readonly Summaries[],
  measuredOn: Record<string, string>,
): string {
  let written = page;
  for (const { begin: mark, holds } of PARTS) {
    const part = results.filter(holds);
    if (part.length === 0) continue; // what was not run keeps what it had
    const begin = written.indexOf(mark);
    const end = written.indexOf(END, begin);
    if (begin < 0 || end < 0) throw new Error(`the page lacks its marks ${mark} and ${END}`);
    const before = written.slice(0, begin + mark.length);
    written = `${before}\n\n${renderMarkdown(part, measuredOn)}\n\n${written.slice(end)}`;
  }
  return written;
}

function renderMarkdown(results: readonly Summaries[], measuredOn: Record<string, string>): string {
  const parts = [
    `Measured on ${Object.entries(measuredOn)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    goals(results),
  ];
  for (const { name, title, scenarios } of CHARTS) {
    const shown = results.filter(({ scenario }) => scenarios.test(scenario.name));
    if (shown.length === 0) continue;
    parts.push(`### ${title}`, `![${title}](images/performance-${name}.svg)`, ...shown.map(section));
  }
  return parts.join('\n\n');
}

function goals(results: readonly Summaries[]): string {
  const rows = results.flatMap((summaries) =>
    summaries.scenario.judge(summaries).map(({ goal, measured, met }) => {
      const verdict = met === undefined ? '–' : met ? 'met' : '**not met**';
      return row([summaries.scenario.title, goal, measured, verdict]);
    }),
  );
  return [
    '### Goals',
    '',
    row(['what', 'goal', 'measured', '']),
    row(['---', '---', '---', '---']),
    ...rows,
  ].join('\n');
}

function section(summaries: Summaries): string {
  const { head, rows } = cellsOf(summaries);
  const { title, reference, rounds } = summaries.scenario;
  const note = `**${title}**; ${rounds} processes each, ratios to "${CANDIDATES[reference]}".`;
  const table = [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
  return `${note}\n\n${table}`;
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
