import type { OwnedNode } from './node.js';

/** The order in which `node`'s children are torn down: dependents first, otherwise the newest first (P2). */
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
        // The newest last, where the stack is taken from.
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
 * Everything below and including `root`, in teardown order: children before their owner. What somebody else is
 * ending is listed, and what it owns is left to whoever ends it: two teardowns that each hold a part of a
 * branch would wait for each other.
 */
export function flattenSubtree(root: OwnedNode): OwnedNode[] {
  const flat: OwnedNode[] = [];
  const visit = (node: OwnedNode) => {
    for (const child of teardownOrder(node)) {
      if (child.phase === 'live') visit(child);
      else flat.push(child);
    }
    flat.push(node);
  };
  visit(root);
  return flat;
}
