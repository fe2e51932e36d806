import type { OwnedNode } from '../scope/node.js';
import { traceHint, withPlace } from '../diagnostics/creation-place.js';
import type { LibraryContext } from './library-context.js';

/** Publishes a `dependsOn` that is refused; `cycle` names what would wait for each other, from the asking node on. */
export function warnOfCycle(context: LibraryContext, cycle: readonly OwnedNode[]): void {
  const { traced } = context;
  const members = [...new Set(cycle)].map((node) => {
    const description = node.behaviour.describe?.();
    const what = `${node.kind} ${node.path}`;
    return description ? withPlace(what, description.creationStack, traced) : what;
  });
  context.warn({
    code: 'RTC_DEPENDENCY_CYCLE',
    path: cycle[0]?.path,
    message:
      (members.length === 1
        ? `dependsOn() was refused: ${members[0]} cannot be torn down before itself`
        : `dependsOn() was refused: each of ${members.join(', ')} would have to be torn down before the next, and the ` +
          'last before the first') +
      '. Leave out one of the calls of dependsOn(); what a handle owns is torn down before it anyway' +
      traceHint(traced),
  });
}
