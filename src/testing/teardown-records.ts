import { subscribe } from 'node:diagnostics_channel';
import { type InTree, TREE_NODE } from '../scope/node.js';
import type { TeardownReport, TeardownStep } from '../scope/teardown-report.js';

/** By each of their steps. A report goes when nobody has the scopes and handles any longer that it is about. */
const reports = new WeakMap<TeardownStep, TeardownReport>();
/** The latest, for scopes and handles of another copy of the package, whose nodes are not accessible. */
const latest: TeardownReport[] = [];
const MOST_LATEST = 256;

let isRecording = false;

/** Keeps the teardown reports of every runtime from now on. */
export function recordTeardowns(): void {
  if (isRecording) return;
  isRecording = true;
  subscribe('scoped-rtc:runtime:teardown', (message) => {
    const { report } = message as { readonly report: TeardownReport };
    for (const step of report) reports.set(step, report);
    latest.push(report);
    if (latest.length > MOST_LATEST) latest.shift();
  });
}

/** The report of the teardown in which a scope or handle has ended. */
export function teardownOf(ended: InTree & { readonly path: string }): TeardownReport | undefined {
  const node = ended[TREE_NODE] as InTree[typeof TREE_NODE] | undefined;
  if (node) return node.ending.step && reports.get(node.ending.step);
  return latest.findLast((report) => report.some((step) => step.path === ended.path));
}
