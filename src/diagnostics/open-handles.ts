import { traceHint, withPlace } from './creation-place.js';
import type { RtcWarning } from './warning.js';
import { shorten } from '../errors/shorten.js';
import type { OwnedNode } from '../scope/node.js';

/** The topmost handles below `nodes`, the newest first. */
export function openHandles(nodes: Iterable<OwnedNode>): OwnedNode[] {
  const found: OwnedNode[] = [];
  for (const root of nodes) {
    // The newest is the last child, which is the next to be taken: a tree may be deeper than the call stack.
    const stack = [...root.children];
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (node.behaviour.kill) found.push(node);
      else for (const child of node.children) stack.push(child);
    }
  }
  return found;
}

export function openAtExitWarning(open: readonly OwnedNode[], traced: boolean): RtcWarning {
  return {
    code: 'RTC_OPEN_AT_EXIT',
    path: open[0]?.path,
    message:
      `the process ended while ${describe(open, traced)} had not been closed, so that messages may be lost. End the ` +
      'scope that owns it before: `await using`, or `await scope.disposeAsync()`; for signals there is ' +
      '`runtime.installSignalHandlers()`' +
      traceHint(traced),
  };
}

/** H21. */
export function foreignCleanupWarning(killed: readonly OwnedNode[], traced: boolean): RtcWarning {
  return {
    code: 'RTC_FOREIGN_CLEANUP',
    message:
      `other code in this process called the library's global cleanup(), which ended ${describe(killed, traced)}. ` +
      "If it must outlive your scopes, use cleanup: 'manual' here and call cleanup() in one place only" +
      traceHint(traced),
  };
}

/** What they are and where they were made, for a sentence. */
function describe(nodes: readonly OwnedNode[], traced: boolean): string {
  return shorten(
    nodes.map((node) => {
      const description = node.behaviour.describe?.();
      return withPlace(`${node.kind} ${node.path}`, description?.creationStack, traced);
    }),
  );
}
