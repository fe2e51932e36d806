import type { Summaries } from '../support/summary.js';
import { cellsOf } from './cells.js';

/** The results for a terminal. */
export function renderTables(results: readonly Summaries[]): string {
  return results
    .filter(({ runs }) => runs.length > 0)
    .map(renderTable)
    .join('\n\n');
}

function renderTable(summaries: Summaries): string {
  const { name, title } = summaries.scenario;
  const { head, rows } = cellsOf(summaries);
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const goals = summaries.scenario.judge(summaries).map(({ goal, measured, met }) => {
    const verdict = met === undefined ? 'open' : met ? 'met' : 'NOT MET';
    return `  ${verdict}: ${goal}: ${measured}`;
  });
  return [`${name}: ${title}`, line(head), ...rows.map(line), ...goals].join('\n');
}
