import type { RtcRuntime } from '../runtime/rtc-runtime.js';
import type { TeardownReport } from '../scope/teardown-report.js';

const reports: TeardownReport[] = [];
const recorded = new WeakSet<RtcRuntime>();

/** Enough for what one test tears down and asks about. */
const MOST_REPORTS = 256;

/** Keeps the latest teardown reports of `runtime` from now on. */
export function recordTeardowns(runtime: RtcRuntime): void {
  if (recorded.has(runtime)) return;
  recorded.add(runtime);
  runtime.on('teardown', (report) => {
    reports.push(report);
    if (reports.length > MOST_REPORTS) reports.shift();
  });
}

/** The latest report of a teardown that `path` was part of. */
export function teardownOf(path: string): TeardownReport | undefined {
  return reports.findLast((report) => report.some((step) => step.path === path));
}
