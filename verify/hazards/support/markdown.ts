import type { Row } from './matrix.js';
import { cell, verdict } from './table.js';
import type { Versions } from './versions.js';

/** The matrix as `docs/hazards.md`. */
export function renderMarkdown(rows: readonly Row[], { binding, node, platform }: Versions): string {
  const fallen = rows.filter(({ raw }) => raw && raw.fallen > 0).length;
  const lines = [
    '# The hazard matrix',
    '',
    '<!-- Written by `npm run hazards -- --write-docs`; edit the rows in `verify/hazards/rows/` instead. -->',
    '',
    'What happens when an ordinary program meets the traps of the raw binding, and what happens when the same',
    'program is written with `scoped-rtc`. Every cell is measured: each program runs several times, in a process',
    'of its own. Both sides are judged alike: the process must end by itself with the right exit code, no message',
    'may be lost, the event loop may not freeze, no thread of the library may be left, and the row may name more.',
    '',
    'Run it yourself: `npm run hazards`. One row: `npm run hazards -- --only H4`. Another version of the binding:',
    '`npm run hazards -- --binding path/to/node-datachannel`. The two programs of a row are in `verify/hazards/rows/`.',
    '',
    `Measured with node-datachannel ${binding}, Node ${node}, ${platform}.`,
    `The raw binding falls in ${fallen} of ${rows.length} rows; "fine" means that this version behaves well there.`,
    '',
    '| | what the user does | raw binding | scoped-rtc | verdict |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(({ hazard, raw, sdk }) =>
      row([hazard.id, hazard.does, cell(raw), cell(sdk), verdict(sdk)].map(escaped)),
    ),
    '',
    '## Why',
    '',
    ...rows.map(({ hazard }) => `- **${hazard.id}** ${hazard.why}`),
    '',
  ];
  return lines.join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
