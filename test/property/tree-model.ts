import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type {
  AnyHandle,
  DataChannel,
  PeerConnection,
  RtcRuntime,
  RtcScope,
  TeardownReport,
} from 'scoped-rtc';

/** A member of the tree, as the test saw it come. */
export interface Born {
  readonly path: string;
  readonly kind: string;
  /** Counts up over everything that was made. */
  readonly age: number;
}

export interface Ended {
  readonly root: string;
  readonly report: TeardownReport;
}

interface Created {
  readonly path: string;
  readonly kind: string;
}

/** What was made, what depends on what, and what was reported: the test's own books of one run. */
export class TreeModel {
  readonly scopes: RtcScope[] = [];
  /** Paths of forks that end alone. */
  readonly inTurn = new Set<string>();
  readonly connections: PeerConnection[] = [];
  readonly channels: DataChannel[] = [];
  readonly handles: AnyHandle[] = [];
  readonly born: Born[] = [];
  /** Pairs of paths of siblings: the first is torn down before the second. */
  readonly before: [string, string][] = [];
  readonly reports: Ended[] = [];
  /** Paths of handles in the order in which they ended. */
  readonly closed: string[] = [];
  readonly disposerCalls: number[] = [];
  readonly disposerErrors: Error[] = [];
  readonly ends: Promise<unknown>[] = [];
  readonly #entriesOf = new Map<string, number>();
  readonly #onCreate = (message: unknown) => {
    const { path, kind } = message as Created;
    this.#bear(path, kind);
  };
  readonly #onClose = (message: unknown) => {
    this.closed.push((message as Created).path);
  };

  constructor(runtime: RtcRuntime) {
    runtime.on('teardown', (report, root) => this.reports.push({ root, report }));
    subscribe('scoped-rtc:handle:create', this.#onCreate);
    subscribe('scoped-rtc:handle:close', this.#onClose);
  }

  [Symbol.dispose](): void {
    unsubscribe('scoped-rtc:handle:create', this.#onCreate);
    unsubscribe('scoped-rtc:handle:close', this.#onClose);
  }

  addScope(scope: RtcScope): RtcScope {
    this.#bear(scope.path, 'scope');
    this.scopes.push(scope);
    return scope;
  }

  /** Adds a disposer to `scope` and counts its calls. */
  addEntry(scope: RtcScope, dispose: () => unknown): void {
    const index = this.disposerCalls.length;
    scope.defer(() => {
      this.disposerCalls[index]!++;
      return dispose();
    });
    this.disposerCalls.push(0);
    const count = (this.#entriesOf.get(scope.path) ?? 0) + 1;
    this.#entriesOf.set(scope.path, count);
    this.#bear(`${scope.path}/defer${count === 1 ? '' : `#${count}`}`, 'entry');
  }

  /** Adds a disposer that ends with an error of its own. */
  addFailingEntry(scope: RtcScope, reject: boolean): void {
    const error = new Error(`disposer ${this.disposerCalls.length}`);
    this.addEntry(scope, () => {
      if (reject) return Promise.reject(error);
      throw error;
    });
    this.disposerErrors.push(error);
  }

  /** Records a dependency that was granted: between the two branches below the nearest common owner. */
  addDependency(dependent: string, on: string): void {
    const [a, b] = [dependent.split('/'), on.split('/')];
    let depth = 0;
    while (depth < a.length && a[depth] === b[depth]) depth++;
    if (depth === b.length) return;
    this.before.push([a.slice(0, depth + 1).join('/'), b.slice(0, depth + 1).join('/')]);
  }

  #bear(path: string, kind: string): void {
    this.born.push({ path, kind, age: this.born.length });
  }
}
