import { optionKeys, outOfRange, readFrom, unknownOption, wrongType } from './argument.js';

export interface CloseOptions {
  /**
   * Total milliseconds for draining and releasing; past it the rest is forced. `0` forces at once.
   * Default: the timeout of the owning scope.
   */
  timeout?: number | undefined;
  /** Aborting it forces what is left at once. */
  signal?: AbortSignal | undefined;
}

export interface WaitOptions {
  /** Milliseconds until the wait rejects with `RTC_TIMEOUT`. `Infinity` for no bound. Default 30 000. */
  timeout?: number | undefined;
  /** Aborting it rejects the wait with `RTC_ABORTED`. */
  signal?: AbortSignal | undefined;
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

/** Milliseconds, `Infinity` included. */
export function checkTimeout(value: unknown, name: string): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number of milliseconds', value);
  if (Number.isNaN(value) || value < 0) throw outOfRange(name, '0 or more milliseconds', value);
  return value;
}

export function checkSignal(value: unknown, name: string): AbortSignal {
  // The getter distinguishes a signal from an object that only has its prototype.
  const isSignal = readFrom(
    name,
    () => value instanceof AbortSignal && typeof (value as { aborted: unknown }).aborted === 'boolean',
  );
  if (!isSignal) throw wrongType(name, 'an AbortSignal', value);
  return value as AbortSignal;
}
