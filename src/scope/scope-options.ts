import { optionKeys, outOfRange, readFrom, unknownOption, wrongType } from '../arguments/wrong-argument.js';

export interface ScopeOptions {
  /**
   * Total milliseconds that a teardown of the scope may take before what is left is forced.
   * `Infinity` for no bound. Default: the runtime's `teardownTimeout`, 10 000.
   */
  timeout?: number;
  /** Aborting it tears the scope down, as if the block had been left. */
  signal?: AbortSignal;
}

export interface ForkOptions extends ScopeOptions {
  /**
   * Ends alone, when what is newer has ended and before what is older begins to, as an entry does. Default `false`: at
   * the same time as the forks made just before and after it.
   */
  inTurn?: boolean;
}

export interface BeforeEndOptions {
  /** Milliseconds that it may take. Default: half of what the teardown has left. */
  timeout?: number;
  /** Stands in paths, reports and errors. Default `beforeEnd`. */
  name?: string;
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

/** The bounds of a teardown or a wait, read once; a getter of the caller is not asked again. */
export type Bounds = { timeout?: number; signal?: AbortSignal };

const KNOWN = ['timeout', 'signal'];

/**
 * Throws a `TypeError` or `RangeError` naming the option, before anything was changed. `others` are options that
 * the caller checks itself.
 */
export function checkBounds(options: unknown, where: string, others: readonly string[] = []): Bounds {
  const bounds: Bounds = {};
  if (options === undefined) return bounds;
  const name = `${where} options`;
  for (const key of optionKeys(options, name)) {
    if (!KNOWN.includes(key) && !others.includes(key)) throw unknownOption(name, key, [...KNOWN, ...others]);
  }
  const given = options as { timeout?: unknown; signal?: unknown };
  const timeout = readFrom(`${name}.timeout`, () => given.timeout);
  const signal = readFrom(`${name}.signal`, () => given.signal);
  if (timeout !== undefined) bounds.timeout = checkTimeout(timeout, `${name}.timeout`);
  if (signal !== undefined) bounds.signal = checkSignal(signal, `${name}.signal`);
  return bounds;
}

/** As `checkBounds`, for `fork()`. */
export function checkForkOptions(options: unknown): ForkOptions {
  const bounds: ForkOptions = checkBounds(options, 'scope', ['inTurn']);
  const inTurn = readFrom('scope options.inTurn', () => (options as ForkOptions).inTurn);
  if (inTurn === undefined) return bounds;
  if (typeof inTurn !== 'boolean') throw wrongType('scope options.inTurn', 'a boolean', inTurn);
  return { ...bounds, inTurn };
}

export function checkBeforeEndOptions(options: unknown): BeforeEndOptions {
  const where = 'beforeEnd() options';
  const checked: BeforeEndOptions = {};
  for (const key of optionKeys(options, where)) {
    if (key !== 'timeout' && key !== 'name') throw unknownOption(where, key, ['timeout', 'name']);
  }
  const given = options as { timeout?: unknown; name?: unknown };
  const timeout = readFrom(`${where}.timeout`, () => given.timeout);
  const name = readFrom(`${where}.name`, () => given.name);
  if (timeout !== undefined) checked.timeout = checkTimeout(timeout, `${where}.timeout`);
  if (name !== undefined) checked.name = checkName(name, `${where}.name`);
  return checked;
}

/** Milliseconds, `Infinity` included. */
export function checkTimeout(value: unknown, name: string): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number of milliseconds', value);
  if (Number.isNaN(value) || value < 0) throw outOfRange(name, '0 or more milliseconds', value);
  return value;
}

export function checkSignal(value: unknown, name: string): AbortSignal {
  // The getter tells a signal from what only has its prototype.
  const isSignal = readFrom(
    name,
    () => value instanceof AbortSignal && typeof (value as { aborted: unknown }).aborted === 'boolean',
  );
  if (!isSignal) throw wrongType(name, 'an AbortSignal', value);
  return value as AbortSignal;
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
