import type { TeardownReport } from 'scoped-rtc';
import { expect } from 'vitest';
import { flattenSuppressed } from '../support/rejection.js';
import type { TreeModel } from './tree-model.js';

/** Every member was torn down once, and every disposer was called once. */
export function expectEachMemberOnce(model: TreeModel): void {
  const name = ({ path, kind }: { path: string; kind: string }) => `${kind} ${path}`;
  const made = model.born.map(name).sort();
  const reported = model.reports.flatMap(({ report }) => report.filter((step) => step.kind !== 'cleanup'));
  expect(reported.map(name).sort()).toEqual(made);
  expect(model.disposerCalls.filter((calls) => calls !== 1)).toEqual([]);
}

/** In every report: owned before owner, dependents first, otherwise the newest first. */
export function expectOrder(model: TreeModel): void {
  for (const { report } of model.reports) expectReportOrder(model, report);
  const at = new Map(model.closed.map((path, index) => [path, index]));
  for (const [path, index] of at) {
    const owner = at.get(path.slice(0, path.lastIndexOf('/')));
    if (owner !== undefined && owner < index) throw new Error(`the owner of ${path} ended before it`);
  }
}

function expectReportOrder(model: TreeModel, report: TeardownReport): void {
  const steps = report.map((step) => step.path);
  const branches = new Map<string, Map<string, { first: number; last: number }>>();
  steps.forEach((path, index) => {
    for (let at = path; at.includes('/'); at = at.slice(0, at.lastIndexOf('/'))) {
      const owner = at.slice(0, at.lastIndexOf('/'));
      const ownerAt = steps.indexOf(owner);
      if (ownerAt >= 0 && ownerAt < index)
        throw new Error(`${owner} was torn down before ${path}, which it owns`);
      const siblings = branches.get(owner) ?? new Map<string, { first: number; last: number }>();
      branches.set(owner, siblings);
      siblings.set(at, { first: siblings.get(at)?.first ?? index, last: index });
    }
  });
  const ends = new Map(report.map(({ path, kind, endedAt }) => [path, { kind, endedAt }]));
  for (const siblings of branches.values()) {
    expectSiblingOrder(model, siblings);
    expectOlderWaits(model, [...siblings.keys()], ends);
  }
}

/** Only forks may end before what is newer: neighbours among them do so at the same time. */
function expectOlderWaits(
  model: TreeModel,
  paths: readonly string[],
  ends: ReadonlyMap<string, { readonly kind: string; readonly endedAt: number }>,
): void {
  const ages = new Map(model.born.map(({ path, age }) => [path, age]));
  for (const older of paths) {
    for (const newer of paths) {
      const [first, second] = [ends.get(newer), ends.get(older)];
      if (!first || !second || first.endedAt <= second.endedAt) continue;
      if ((ages.get(older) ?? -1) >= (ages.get(newer) ?? -1)) continue;
      if (
        first.kind === 'scope' &&
        second.kind === 'scope' &&
        !model.inTurn.has(older) &&
        !model.inTurn.has(newer)
      )
        continue;
      const pulled = dependenciesOf(model, older).some((path) => (ages.get(path) ?? -1) >= ages.get(newer)!);
      if (!pulled)
        throw new Error(`${older} ended at ${second.endedAt}, before the newer ${newer} at ${first.endedAt}`);
    }
  }
}

function expectSiblingOrder(
  model: TreeModel,
  siblings: ReadonlyMap<string, { first: number; last: number }>,
): void {
  const ages = new Map(model.born.map(({ path, age }) => [path, age]));
  const age = (path: string) => ages.get(path) ?? -1; // only the cleanup is in no book: it is older than all
  for (const [dependent, on] of model.before) {
    const [first, second] = [siblings.get(dependent), siblings.get(on)];
    if (first && second && first.last > second.first) {
      throw new Error(`${dependent} depends on ${on} and was torn down after it`);
    }
  }
  const paths = [...siblings.keys()];
  for (const older of paths) {
    for (const newer of paths) {
      if (age(older) >= age(newer) || siblings.get(older)!.last > siblings.get(newer)!.first) continue;
      // Only a dependency on something at least as new may bring an older one forward.
      const pulled = dependenciesOf(model, older).some((path) => age(path) >= age(newer));
      if (!pulled) throw new Error(`${older} is older than ${newer} and was torn down before it`);
    }
  }
}

function dependenciesOf(model: TreeModel, path: string): string[] {
  const found = new Set([path]);
  for (const at of found) {
    for (const [dependent, on] of model.before) if (dependent === at) found.add(on);
  }
  found.delete(path);
  return [...found];
}

/** Every error of a disposer reached somebody, and nobody twice. */
export async function expectErrorsReported(
  model: TreeModel,
  ends: readonly Promise<unknown>[],
): Promise<void> {
  const chains: unknown[][] = [];
  for (const end of await Promise.allSettled([...ends, ...model.ends])) {
    if (end.status === 'rejected') chains.push(flattenSuppressed(end.reason));
  }
  for (const error of model.disposerErrors) {
    const times = chains.map((chain) => chain.filter((each) => each === error).length);
    if (Math.max(0, ...times) !== 1)
      throw new Error(`the error of ${error.message} was reported ${times} times`);
  }
}
