import { placeOf } from '../diagnostics/creation-place.js';
import { type NodeSnapshot, snapshotOf, type WithDetails } from '../diagnostics/snapshot.js';
import { type OpenRoot, openAtExit, openHandles } from '../diagnostics/open-handles.js';
import { type OwnedNode, TREE_NODE } from '../scope/node.js';
import type { RtcScope } from './rtc-scope.js';

interface Root {
  scope: RtcScope;
  /** Where the scope was acquired: an `Error`, whose stack is formatted only when it is read. */
  readonly acquired: Error;
  place?: { readonly line: string | undefined };
}

/** The root scopes of a runtime in order of creation, with their leases on the library. */
export class RootScopes {
  readonly #roots = new Map<OwnedNode, Root>();
  readonly #byScope = new Map<object, Root>();

  get size(): number {
    return this.#roots.size;
  }

  add(lease: OwnedNode, scope: RtcScope): void {
    const root: Root = { scope, acquired: new Error('acquired') };
    this.#roots.set(lease, root);
    this.#byScope.set(scope, root);
  }

  delete(lease: OwnedNode): void {
    const root = this.#roots.get(lease);
    this.#roots.delete(lease);
    if (root) this.#byScope.delete(root.scope);
  }

  moved(scope: object, heir: RtcScope): void {
    const root = this.#byScope.get(scope);
    if (!root) return;
    root.scope = heir;
    this.#byScope.delete(scope);
    this.#byScope.set(heir, root);
  }

  get scopes(): RtcScope[] {
    return [...this.#roots.values()].map(({ scope }) => scope);
  }

  snapshots(details: WithDetails): NodeSnapshot[] {
    return [...this.#roots.values()].map((root) => {
      const acquiredAt = lineOf(root);
      return {
        ...snapshotOf(root.scope[TREE_NODE], details),
        ...(acquiredAt === undefined ? {} : { acquiredAt }),
      };
    });
  }

  openHandles(): OwnedNode[] {
    return openHandles(this.scopes.map((scope) => scope[TREE_NODE]));
  }

  /** Root scopes that are open when the process ends. */
  openAtExit(): OpenRoot[] {
    return openAtExit(
      [...this.#roots.values()].map((root) => ({ node: root.scope[TREE_NODE], acquiredAt: lineOf(root) })),
    );
  }
}

function lineOf(root: Root): string | undefined {
  root.place ??= { line: placeOf(root.acquired.stack) };
  return root.place.line;
}
