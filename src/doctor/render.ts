import type { Check, CheckStatus, DoctorReport } from './check.js';

const MARKS: Readonly<Record<CheckStatus, string>> = { ok: '✔', warn: '!', fail: '✘', skip: '-' };
const COLORS: Readonly<Record<CheckStatus, number>> = { ok: 32, warn: 33, fail: 31, skip: 2 };

/** One line, and a second one with what to do. */
export function renderCheck({ title, status, detail, mend }: Check, colored: boolean): string {
  const mark = paint(MARKS[status], COLORS[status], colored);
  const line = `${mark} ${title.padEnd(16)} ${detail}`;
  return mend === undefined
    ? line
    : `${line}\n  ${''.padEnd(16)} ${paint(`→ ${mend}`, COLORS[status], colored)}`;
}

export function renderVerdict({ healthy, checks }: DoctorReport, colored: boolean): string {
  if (healthy) return paint('\nEverything that was tried works here.', 32, colored);
  const failed = checks.filter(({ status }) => status === 'fail').map(({ title }) => title);
  return paint(`\nNot well: ${failed.join(', ')}.`, 31, colored);
}

function paint(text: string, color: number, colored: boolean): string {
  return colored ? `\u001b[${color}m${text}\u001b[0m` : text;
}
