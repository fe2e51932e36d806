export interface ScopeOptions {
  /**
   * Total milliseconds that a teardown of the scope may take before what is left is forced.
   * `Infinity` for no bound. Default: the runtime's `teardownTimeout`, 10 000.
   */
  timeout?: number;
  /** Aborting it tears the scope down, as if the block had been left. */
  signal?: AbortSignal;
}

export interface CloseOptions {
  /**
   * Total milliseconds for draining and releasing; past it the rest is forced. `0` forces at once.
   * Default: the timeout of the owning scope.
   */
  timeout?: number;
  /** Aborting it forces what is left at once. */
  signal?: AbortSignal;
}

export interface WaitOptions {
  /** Milliseconds until the wait rejects with `RTC_TIMEOUT`. `Infinity` for no bound. Default 30 000. */
  timeout?: number;
  /** Aborting it rejects the wait with `RTC_ABORTED`. */
  signal?: AbortSignal;
}

/** Throws a `TypeError` or `RangeError` naming the option, before anything was changed. */
export function checkBounds(options: unknown, where: string): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `${where} options must be an object, got ${options === null ? 'null' : typeof options}`,
    );
  }
  const { timeout, signal } = options as { timeout?: unknown; signal?: unknown };
  if (timeout !== undefined) {
    if (typeof timeout !== 'number') {
      throw new TypeError(`${where} options.timeout must be a number of milliseconds, got ${typeof timeout}`);
    }
    if (Number.isNaN(timeout) || timeout < 0) {
      throw new RangeError(`${where} options.timeout must be 0 or more milliseconds, got ${timeout}`);
    }
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`${where} options.signal must be an AbortSignal, got ${typeof signal}`);
  }
}

/** A name in the tree: any string but the empty one. */
export function checkName(name: unknown, where: string): void {
  if (typeof name !== 'string') {
    throw new TypeError(`${where} name must be a string, got ${name === null ? 'null' : typeof name}`);
  }
  if (name === '') throw new RangeError(`${where} name must not be empty`);
}
