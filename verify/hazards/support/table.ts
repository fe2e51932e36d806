import type { Row } from './matrix.js';
import type { Summary } from './summary.js';

const WIDTHS = [4, 44, 62, 40, 7] as const;

/** The matrix for a terminal: cells are wrapped, one block of lines a row. */
export function renderTable(rows: readonly Row[]): string {
  const lines = [...renderRow(['', 'what the user does', 'raw binding', 'scoped-rtc', 'verdict']), RULE];
  for (const { hazard, raw, sdk } of rows) {
    lines.push(...renderRow([hazard.id, hazard.does, cell(raw), cell(sdk), verdict(sdk)]), RULE);
  }
  return lines.join('\n');
}

export function verdict(sdk: Summary | undefined): string {
  if (!sdk) return 'not run';
  return sdk.fallen === 0 ? 'holds' : 'FALLS';
}

export function cell(summary: Summary | undefined): string {
  return summary?.text ?? '–';
}

const RULE = WIDTHS.map((width) => '─'.repeat(width)).join('─');

function renderRow(cells: readonly string[]): string[] {
  const columns = cells.map((text, index) => wrap(text, WIDTHS[index] ?? 20));
  const height = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map((column, index) => (column[line] ?? '').padEnd(WIDTHS[index] ?? 20))
      .join(' ')
      .trimEnd(),
  );
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
}
