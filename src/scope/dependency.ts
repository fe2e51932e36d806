import { RtcInvalidStateError } from '../errors/kinds.js';
import type { OwnedNode } from './node.js';

/**
 * Records that `node` is torn down before `other`, wherever in the tree the two live.
 *
 * The order is kept between the two branches in which they hang, just below their nearest common owner,
 * because a branch is torn down as a whole.
 *
 * Throws `RTC_INVALID_STATE` when the order cannot be kept: `other` is below `node`, the two are in different
 * trees, or `other` already has to go before `node`: then `onCycle` is called with the members of that cycle first.
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
  const cycle = dependencyPath(otherBranch, branch);
  if (cycle) {
    onCycle([branch, ...cycle]);
    const names = [branch, ...cycle].map((member) => member.path).join(' -> ');
    refuse(node, `cannot depend on ${other.path}: that would close the cycle ${names}`);
  }
  branch.addDependency(otherBranch);
}

function ancestry(node: OwnedNode): OwnedNode[] {
  const line: OwnedNode[] = [];
  for (let at: OwnedNode | undefined = node; at; at = at.parent) line.push(at);
  return line.reverse();
}

/** The chain of dependencies that leads from `from` to `to`, both included, if there is one. */
function dependencyPath(from: OwnedNode, to: OwnedNode): OwnedNode[] | undefined {
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
  return undefined;
}

function refuse(node: OwnedNode, message: string): never {
  throw new RtcInvalidStateError(message, { path: node.path });
}
