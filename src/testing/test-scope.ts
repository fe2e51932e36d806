import { RtcRuntime } from '../runtime/rtc-runtime.js';
import type { RtcScope } from '../runtime/rtc-scope.js';
import type { TeardownReport } from '../scope/teardown-report.js';
import { checkFunction } from '../scope/scope-options.js';
import {
  checkEndOptions,
  checkTestScopeOptions,
  type EndOptions,
  type TestScopeOptions,
} from './kit-arguments.js';
import { kitScopes } from './leaks/kit-scopes.js';
import { type Leak, LeakError } from './leaks/leak.js';
import { TestWatch, type WatchOwner } from './leaks/test-watch.js';

/** A root scope for one test. */
export interface TestScope extends AsyncDisposable {
  readonly scope: RtcScope;
  /**
   * Ends the scope. Rejects with a `LeakError` when that failed or was forced, or when something that was made since
   * the test began is open elsewhere: another root scope, a handle of another runtime, threads of the library.
   * Later calls share the first one's promise.
   */
  end(options?: EndOptions): Promise<void>;
}

/** Opens a scope for one test; call `end()` after the test, in `afterEach` or the like. */
export function testScope(options: TestScopeOptions = {}): TestScope {
  return new OpenTestScope(options);
}

type TestBody<T> = (rtc: RtcScope) => T | Promise<T>;

/**
 * Runs `body` with a scope of its own and ends that, whatever happened. Rejects with the error of `body`, or else as
 * `TestScope.end()` does. `test`, the name of the test, is in the message.
 */
export function withTestScope<T>(body: TestBody<T>, options?: TestScopeOptions): Promise<T>;
export function withTestScope<T>(test: string, body: TestBody<T>, options?: TestScopeOptions): Promise<T>;
export async function withTestScope<T>(
  first: string | TestBody<T>,
  second?: TestBody<T> | TestScopeOptions,
  third?: TestScopeOptions,
): Promise<T> {
  const named = typeof first === 'string';
  const body = (named ? second : first) as TestBody<T>;
  checkFunction(body, 'body');
  const options = (named ? third : second) as TestScopeOptions | undefined;
  const test = testScope(named ? { ...options, test: first } : options);
  let result: T;
  try {
    result = await body(test.scope);
  } catch (error) {
    await test.end({ failed: true });
    throw error;
  }
  await test.end();
  return result;
}

/** The scope of one test, whose end has two parts: other code may clean up between them. */
export class OpenTestScope implements TestScope {
  readonly scope: RtcScope;
  readonly #name: string;
  readonly #test: string;
  readonly #watch: TestWatch;
  readonly #timeout: number;
  readonly #reports: TeardownReport[] = [];
  readonly #listening: Disposable;
  readonly #leaks: Leak[] = [];
  #tornDown: Promise<void> | undefined;
  #ended: Promise<void> | undefined;

  constructor(options: TestScopeOptions, owner?: WatchOwner) {
    const checked = checkTestScopeOptions(options);
    const { name = 'rtc', runtime = RtcRuntime.shared, teardownTimeout = 5000, test = name } = checked;
    this.#test = test;
    this.#timeout = teardownTimeout;
    this.#watch = new TestWatch(test, runtime, owner);
    this.scope = kitScopes.open(runtime, name, teardownTimeout);
    this.#name = this.scope.path;
    this.#listening = runtime.subscribe('teardown', (report, path) => {
      if (path === this.#name) this.#reports.push(report);
    });
  }

  /** Ends the scope. Never rejects: `end()` tells what went wrong, and looks for what was left elsewhere. */
  tearDown(): Promise<void> {
    this.#tornDown ??= this.#tearDown();
    return this.#tornDown;
  }

  end(options: EndOptions = {}): Promise<void> {
    const { failed = false } = checkEndOptions(options);
    this.#ended ??= this.#end(failed);
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async #tearDown(): Promise<void> {
    // The test itself checks what it has ended, or has begun to end.
    const disposedByTest = this.scope.disposed;
    try {
      await this.scope.disposeAsync();
    } catch (error) {
      if (!disposedByTest) this.#leaks.push(this.#failed(error));
    }
    const report = this.#reports.at(-1) ?? [];
    this.#listening[Symbol.dispose]();
    if (this.#leaks.length === 0 && !disposedByTest && report.some((step) => step.outcome === 'forced')) {
      this.#leaks.push({ kind: 'teardown-forced', path: this.#name, timeout: this.#timeout, report });
    }
    kitScopes.gone(this.scope);
  }

  async #end(failed: boolean): Promise<void> {
    await this.tearDown();
    const left = await this.#watch.end(this.#name, failed);
    const leaks = [...this.#leaks, ...left.leaks];
    if (leaks.length > 0 && !failed)
      throw new LeakError(leaks, left.tests.length > 0 ? left.tests : [this.#test]);
  }

  #failed(error: unknown): Leak {
    const report = this.#reports.at(-1) ?? (error as { report?: TeardownReport } | undefined)?.report ?? [];
    const path = this.#name;
    return report.some((step) => step.outcome === 'failed') ||
      !report.some((step) => step.outcome === 'forced')
      ? { kind: 'teardown-failed', path, error, report }
      : { kind: 'teardown-forced', path, timeout: this.#timeout, report };
  }
}
