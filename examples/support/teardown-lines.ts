import type { TeardownReport } from 'scoped-rtc';
import { dim, formatMs, green, red } from './style.js';

/** The report of a teardown as a numbered list, in the order in which it went. */
export function teardownLines(report: TeardownReport): string[] {
  const width = Math.max(0, ...report.map((step) => step.path.length));
  const kindWidth = Math.max(0, ...report.map((step) => step.kind.length));
  return report.map(({ path, kind, outcome, ms, undelivered }, index) => {
    const number = String(index + 1).padStart(4);
    const end = outcome === 'closed' ? green(outcome) : red(outcome);
    const lost = undelivered === 0 ? '' : red(`  ${undelivered} undelivered`);
    return `${number}  ${path.padEnd(width)}  ${dim(kind.padEnd(kindWidth))}  ${end} ${formatMs(ms).padStart(8)}${lost}`;
  });
}
