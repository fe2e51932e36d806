import { membersOf, type NodeSnapshot, snapshotOf } from '../../diagnostics/snapshot.js';
import { TREE_NODE } from '../../scope/node.js';
import { Scope } from '../../scope/scope.js';
import { isRuntime } from '../kit-arguments.js';
import { treeLines } from '../leaks/leak-message.js';
import type { MatcherContext, MatcherResult } from './matcher-context.js';

/** What in the tree is no handle. */
const PLAIN = new Set(['scope', 'entry', 'beforeEnd', 'cleanup']);

export function toHaveNoLiveHandles(this: MatcherContext, received: unknown): MatcherResult {
  const roots = treesOf(received);
  const live = [...membersOf(roots)].map(({ node }) => node).filter(({ kind }) => !PLAIN.has(kind));
  return {
    pass: live.length === 0,
    message: () => {
      if (live.length === 0) return 'expected an open handle, and there is none';
      const count = live.length === 1 ? '1 handle is' : `${live.length} handles are`;
      return [
        `expected no open handles, and ${count} open: ${live.map((handle) => handle.path).join(', ')}`,
        ...roots.flatMap((root) => treeLines(root)),
        '  Close each with `await handle.close()`, or end the scope that owns it.',
      ].join('\n');
    },
  };
}

function treesOf(received: unknown): readonly NodeSnapshot[] {
  if (isRuntime(received)) return received.snapshot().scopes;
  if (received instanceof Scope)
    return received.disposed && ended(received) ? [] : [snapshotOf(received[TREE_NODE])];
  throw new TypeError('toHaveNoLiveHandles() is for a scope or a runtime: expect(rtc).toHaveNoLiveHandles()');
}

function ended(scope: Scope): boolean {
  return scope[TREE_NODE].ending.done;
}
