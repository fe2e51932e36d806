import { traceHint, withPlace, shorten } from './creation-place.js';
import type { RtcWarning } from './warning.js';
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

/** A root scope that nobody ended before the process did, and what is open in it. */
export interface OpenRoot {
  readonly root: OwnedNode;
  readonly handles: readonly OwnedNode[];
  /** The line that acquired it. */
  readonly acquiredAt: string | undefined;
}

const lingering = new WeakSet<OwnedNode>();

/** A root scope that owns nothing may be ended by the end of the process. */
export function mayLinger(root: OwnedNode): void {
  lingering.add(root);
}

export function openAtExit(
  roots: readonly { readonly node: OwnedNode; readonly acquiredAt: string | undefined }[],
): OpenRoot[] {
  return roots
    .map(({ node, acquiredAt }) => ({ root: node, acquiredAt, handles: openHandles([node]) }))
    .filter(({ root, handles }) => handles.length > 0 || (root.phase === 'live' && !lingering.has(root)));
}

export function openAtExitWarning(open: readonly OpenRoot[], traced: boolean): RtcWarning {
  const handles = open.flatMap((each) => each.handles);
  const scopes = shorten(
    open.map(({ root, acquiredAt }) =>
      acquiredAt === undefined ? root.path : `${root.path}, acquired at ${acquiredAt}`,
    ),
  );
  const lost = handles.length === 0 ? '' : ', so that messages may be lost';
  const what = handles.length === 0 ? `the scope ${scopes}` : describe(handles, traced);
  const which = handles.length === 0 ? 'it' : `the scope that owns it (${scopes})`;
  return {
    code: 'RTC_OPEN_AT_EXIT',
    path: handles[0]?.path ?? open[0]?.root.path,
    message:
      `the process ended while ${what} had not been ${handles.length === 0 ? 'ended' : 'closed'}${lost}. End ${which} ` +
      'before: `await using`, or `await scope.disposeAsync()`; for signals there is `runtime.installSignalHandlers()`' +
      (handles.length === 0 ? '' : traceHint(traced)),
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
