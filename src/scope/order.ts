import type { OwnedNode } from './node.js';
import { RtcInvalidStateError } from '../errors/rtc-error.js';

/** The order in which `node`'s children are torn down: dependents first, otherwise the newest first. */
export function teardownOrder(node: OwnedNode): OwnedNode[] {
  const order: OwnedNode[] = [];
  const seen = new Set<OwnedNode>();
  const age = new Map<OwnedNode, number>();
  for (const child of node.children) age.set(child, age.size);
  // An explicit stack: a chain of dependencies may be longer than the call stack is deep.
  for (const root of [...node.children].reverse()) {
    const stack = [root];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (seen.has(top)) {
        stack.pop();
        continue;
      }
      const waitingFor = [...top.dependents].filter((dependent) => !seen.has(dependent));
      if (waitingFor.length > 0) {
        // The newest last: the stack is popped from its end.
        waitingFor.sort((a, b) => age.get(a)! - age.get(b)!);
        for (const dependent of waitingFor) stack.push(dependent);
        continue;
      }
      seen.add(top);
      order.push(top);
      stack.pop();
    }
  }
  return order;
}

/**
 * Everything below and including `root`, in teardown order: children before their owner. A member that
 * another teardown has claimed already is listed without what it owns.
 */
export function flattenSubtree(root: OwnedNode): OwnedNode[] {
  // Owners first, then reversed, without recursion: a tree may be deeper than the call stack.
  const flat: OwnedNode[] = [];
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    flat.push(node);
    if (node !== root && node.phase !== 'live') continue;
    for (const child of teardownOrder(node)) stack.push(child);
  }
  return flat.reverse();
}

/**
 * Children of one scope that are ended in the same stage of its teardown.
 *
 * `first`, and a run of forks (`beside`): all at the same time, each on its own. `alone`: one member, which is waited
 * for. `drained`, a run of handles, and of the forks between them that hold no entry: drained at the same time, then released
 * in order, neighbouring forks at the same time.
 */
export interface Stage {
  readonly how: 'first' | 'alone' | 'beside' | 'drained';
  readonly members: readonly OwnedNode[];
}

/**
 * The stages in which the children of `node` are ended, one after the other; each is a run of neighbours in teardown
 * order. `ordered` has the members that contain an entry, which has to keep its turn.
 */
export function stagesOf(node: OwnedNode, ordered: ReadonlySet<OwnedNode>): Stage[] {
  const first: OwnedNode[] = [];
  const stages: Stage[] = [];
  let run: OwnedNode[] = [];
  let allForks = true;
  let allFree = true;
  const endRun = () => {
    if (run.length > 0) stages.push({ how: allForks ? 'beside' : 'drained', members: run });
    run = [];
    allForks = true;
    allFree = true;
  };
  for (const child of teardownOrder(node)) {
    const { turn } = child.behaviour;
    if (turn === 'first') first.push(child);
    else if (turn === 'alone') {
      endRun();
      stages.push({ how: 'alone', members: [child] });
    } else {
      const fork = turn === 'beside';
      const free = !ordered.has(child);
      if (!(allForks && fork) && !(allFree && free)) endRun();
      run.push(child);
      allForks &&= fork;
      allFree &&= free;
    }
  }
  endRun();
  return first.length > 0 ? [{ how: 'first', members: first }, ...stages] : stages;
}

/** Splits `members`, in their order, into runs of forks and runs of handles. */
export function forksAndHandles(
  members: readonly OwnedNode[],
): { readonly forks: boolean; readonly members: OwnedNode[] }[] {
  const runs: { forks: boolean; members: OwnedNode[] }[] = [];
  for (const node of members) {
    const forks = node.behaviour.turn === 'beside';
    const last = runs.at(-1);
    if (last?.forks === forks) last.members.push(node);
    else runs.push({ forks, members: [node] });
  }
  return runs;
}

/**
 * Prepares the tree below `root` for its teardown: from now on nothing can be added to it. Returns the entries, which
 * have to keep their turn, and all their owners.
 */
export function beginTeardown(root: OwnedNode): ReadonlySet<OwnedNode> {
  const ordered = new Set<OwnedNode>();
  const found = [root];
  for (const node of found) {
    for (const child of node.children) {
      child.markOwnerEnds();
      found.push(child);
    }
    const { turn } = node.behaviour;
    if (turn !== 'alone' && turn !== 'first') continue;
    for (let at: OwnedNode | undefined = node; at && !ordered.has(at); at = at.parent) {
      ordered.add(at);
      if (at === root) break;
    }
  }
  return ordered;
}

/**
 * Records that `node` is torn down before `other`, wherever in the tree the two live.
 *
 * The dependency is recorded between the two branches just below their nearest common owner, because a branch is torn
 * down as a whole.
 *
 * Throws `RTC_INVALID_STATE` when that order is impossible: `node` owns `other`, the two are in different trees, or
 * `other` is already torn down before `node`; then `onCycle` is called first, with the members of the cycle.
 */
export function addOrderedDependency(
  node: OwnedNode,
  other: OwnedNode,
  onCycle: (cycle: readonly OwnedNode[]) => void = () => {},
): void {
  const nodeLine = ancestry(node);
  const otherLine = ancestry(other);
  if (nodeLine[0] !== otherLine[0]) {
    refuse(node, `cannot depend on ${other.path}: they belong to different root scopes`);
  }
  let depth = 0;
  while (nodeLine[depth] === otherLine[depth] && depth < nodeLine.length && depth < otherLine.length) depth++;
  if (depth === otherLine.length && node !== other) return; // `other` owns `node`: that order holds anyway
  if (depth === nodeLine.length) {
    onCycle([node, other]);
    refuse(
      node,
      node === other ? 'cannot depend on itself' : `cannot depend on ${other.path}, which it owns`,
    );
  }
  const branch = nodeLine[depth]!;
  const otherBranch = otherLine[depth]!;
  if (leadsTo(otherBranch, branch)) {
    const cycle = dependencyPath(otherBranch, branch);
    onCycle([branch, ...cycle]);
    const names = [branch, ...cycle].map((member) => member.path);
    if (names.length > MOST_NAMED) names.splice(MOST_NAMED / 2, names.length - MOST_NAMED, '…');
    refuse(node, `cannot depend on ${other.path}: that would close the cycle ${names.join(' -> ')}`);
  }
  branch.addDependency(otherBranch);
}

function ancestry(node: OwnedNode): OwnedNode[] {
  const line: OwnedNode[] = [];
  for (let at: OwnedNode | undefined = node; at; at = at.parent) line.push(at);
  return line.reverse();
}

/** Most members of a cycle that a message names: a chain of dependencies may be as long as the tree. */
const MOST_NAMED = 10;

/**
 * Whether a chain of dependencies leads from `from` to `to`. The search goes from both ends in turn: usually nothing
 * depends on `to`, which is new, however long the chain behind `from` is.
 */
function leadsTo(from: OwnedNode, to: OwnedNode): boolean {
  const [ahead, behind] = [new Set([from]), new Set([to])];
  const [forward, back] = [ahead.values(), behind.values()];
  for (;;) {
    const [next, last] = [forward.next(), back.next()];
    if (next.done || last.done) return false;
    for (const node of next.value.dependencies) ahead.add(node);
    for (const node of last.value.dependents) behind.add(node);
    if (ahead.has(to) || behind.has(from)) return true;
  }
}

/** The shortest chain of dependencies that leads from `from` to `to`, both included. */
function dependencyPath(from: OwnedNode, to: OwnedNode): OwnedNode[] {
  const cameFrom = new Map<OwnedNode, OwnedNode | undefined>([[from, undefined]]);
  const queue = [from];
  for (const at of queue) {
    if (at === to) {
      const path: OwnedNode[] = [];
      for (let step: OwnedNode | undefined = at; step; step = cameFrom.get(step)) path.push(step);
      return path.reverse();
    }
    for (const next of at.dependencies) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      queue.push(next);
    }
  }
  return [];
}

function refuse(node: OwnedNode, message: string): never {
  throw new RtcInvalidStateError(message, { path: node.path });
}
