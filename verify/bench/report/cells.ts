import { CANDIDATES } from '../candidates/names.js';
import type { Figure } from '../scenarios/scenario.js';
import type { Spread } from '../scenarios/scenario.js';
import type { Summaries } from '../support/summary.js';
import { formatNumber } from './format.js';

/** One scenario as rows of text: the candidate, then every figure with its spread and its ratio to the reference. */
export function cellsOf(summaries: Summaries): { head: string[]; rows: string[][] } {
  const { figures, reference } = summaries.scenario;
  const head = ['', ...figures.flatMap((figure) => headOf(figure, CANDIDATES[reference]))];
  const rows = summaries.candidates.map((candidate) => {
    const cells = figures.flatMap((figure) => {
      const summary = summaries.of(candidate, figure.key);
      const value = summary ? spreadText(summary.value, figure.plain) : '–';
      if (figure.plain) return [value];
      return [value, summary?.ratio ? ratioText(summary.ratio) : '–'];
    });
    const [failure, ...more] = summaries.failures(candidate);
    if (failure !== undefined)
      cells[0] = [cells[0], failure, ...(more.length > 0 ? [`${more.length} more`] : [])].join('; ');
    return [CANDIDATES[candidate], ...cells];
  });
  return { head, rows };
}

function headOf({ label, unit, plain }: Figure, reference: string): string[] {
  const name = unit === '' || unit === '/s' ? label : `${label}, ${unit}`;
  return plain ? [name] : [name, `of ${reference}`];
}

function spreadText({ median, low, high }: Spread, plain?: boolean): string {
  if (plain || low === high) return formatNumber(median);
  return `${formatNumber(median)} (${formatNumber(low)} to ${formatNumber(high)})`;
}

const ratioText = ({ median, low, high }: Spread): string =>
  low === high ? median.toFixed(2) : `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
