import { boolean, readOptions, outOfRange, wrongType } from '../arguments/argument.js';
import { checkSignal, checkTimeout } from '../time/deadline.js';

export interface ScopeOptions {
  /**
   * Milliseconds that a teardown of the scope may take in all; then the rest is forced. `Infinity` for no bound.
   * Default: the runtime's `teardownTimeout`, 10 000.
   */
  timeout?: number | undefined;
  /** Aborting it tears the scope down, as if the block had been left. */
  signal?: AbortSignal | undefined;
}

export interface ForkOptions extends ScopeOptions {
  /**
   * The fork ends alone, like an entry: after everything newer has ended, and before anything older begins to end.
   * Default `false`: the fork ends at the same time as the forks that were made just before and after it.
   */
  inTurn?: boolean | undefined;
}

export interface BeforeEndOptions {
  /** Milliseconds that the callback may take. Default: half of the time that the teardown has left. */
  timeout?: number | undefined;
  /** The name in paths, reports and errors. Default `beforeEnd`. */
  name?: string | undefined;
}

export function checkForkOptions(options: unknown): ForkOptions {
  const fields = { timeout: checkTimeout, signal: checkSignal, inTurn: boolean };
  return readOptions<ForkOptions>(options, 'scope options', fields);
}

export function checkBeforeEndOptions(options: unknown): BeforeEndOptions {
  return readOptions<BeforeEndOptions>(options, 'beforeEnd() options', {
    timeout: checkTimeout,
    name: checkName,
  });
}

/** A name in the tree: any string but the empty one. */
export function checkName(value: unknown, name: string): string {
  if (typeof value !== 'string') throw wrongType(name, 'a string', value);
  if (value === '') throw outOfRange(name, 'a non-empty string', value);
  return value;
}

export function checkFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw wrongType(name, 'a function', value);
}
