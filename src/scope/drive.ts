/** Work that waits where it yields a promise, and goes on with what that promise gave. */
export type Steps = Generator<Promise<unknown>, void, unknown>;

/**
 * Runs `steps` to their end. An async function, but for one thing: where there is nothing to wait for, no turn of
 * the microtask queue is spent. So the newest disposer runs before `disposeAsync()` returns, and an empty scope is
 * disposed at once, as with the language's `AsyncDisposableStack`.
 */
export function drive(steps: Steps, resolve: () => void, reject: (error: unknown) => void): void {
  const advance = (resume: () => IteratorResult<Promise<unknown>, void>) => {
    let step: IteratorResult<Promise<unknown>, void>;
    try {
      step = resume();
    } catch (error) {
      reject(error);
      return;
    }
    if (step.done) resolve();
    else {
      step.value.then(
        (value) => advance(() => steps.next(value)),
        (error) => advance(() => steps.throw(error)),
      );
    }
  };
  advance(() => steps.next());
}
