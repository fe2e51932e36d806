import type { Check, DoctorReport, CheckStatus } from './check.js';
import { readInstallation } from './installation.js';
import { hazardChecks, loopbackChecks, threadGuardCheck } from './live-checks.js';
import { bindingCheck, nodeCheck, packageCheck, threadCheck, usingCheck } from './static-checks.js';

/**
 * Inspects the machine and tries the library in child processes. Calls `onCheck` with each result as it becomes known.
 */
export async function runDoctor(onCheck: (check: Check) => void = () => {}): Promise<DoctorReport> {
  const checks: Check[] = [];
  const add = (...found: Check[]) => {
    checks.push(...found);
    found.forEach(onCheck);
  };
  const installation = readInstallation();
  const binding = bindingCheck(installation);
  const node = nodeCheck(installation);
  add(packageCheck(installation), node, binding, threadCheck(), usingCheck());
  if (binding.status === 'fail' || node.status === 'fail') {
    add(
      ...SKIPPED.map(([id, title]): Check => ({
        id,
        title,
        status: 'skip',
        detail: 'the library cannot be loaded',
      })),
    );
  } else {
    add(...(await loopbackChecks(installation)));
    add(await threadGuardCheck());
    add(...(await hazardChecks()));
  }
  return { healthy: !checks.some(({ status }) => status === 'fail'), checks };
}

const SKIPPED = [
  ['loopback', 'Connection'],
  ['thread-guard', 'Thread guard'],
  ['hazards', 'Hazards'],
] as const;

const MARKS: Readonly<Record<CheckStatus, string>> = { ok: '✔', warn: '!', fail: '✘', skip: '-' };
const COLORS: Readonly<Record<CheckStatus, number>> = { ok: 32, warn: 33, fail: 31, skip: 2 };

/** One line for the finding, and a second one for how to mend it. */
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
