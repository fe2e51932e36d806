import type { OwnedNode } from './node.js';

/** The order in which `node`'s children are torn down: dependents first, otherwise the newest first (P2). */
export function teardownOrder(node: OwnedNode): OwnedNode[] {
  const order: OwnedNode[] = [];
  const seen = new Set<OwnedNode>();
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
        stack.push(...waitingFor);
        continue;
      }
      seen.add(top);
      order.push(top);
      stack.pop();
    }
  }
  return order;
}

/** Everything below and including `node`, in teardown order: children before their owner. */
export function flattenSubtree(node: OwnedNode): OwnedNode[] {
  const flat: OwnedNode[] = [];
  for (const child of teardownOrder(node)) flat.push(...flattenSubtree(child));
  flat.push(node);
  return flat;
}
