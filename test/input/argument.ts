import type { ValueName } from './wrong-values.js';

/** One argument, or one option of it, and which of the wrong values are not wrong for it. */
export interface Argument {
  readonly at: number;
  /** The option, as a path: `receiveBuffer.bytes`. */
  readonly option?: string;
  /** What the message must contain. */
  readonly named: string;
  readonly accepts: readonly ValueName[];
  /** Values that are wrong for this one only. */
  readonly and?: readonly unknown[];
}

/** What an argument takes; `and` are further wrong values. */
interface Taken {
  readonly accepts: readonly ValueName[];
  readonly and?: readonly unknown[];
}

const takes = (...accepts: ValueName[]): Taken => ({ accepts: ['undefined', ...accepts] });

export const NOTHING_OF_THESE = takes();
export const BOOLEAN = takes('true');
export const FROM_ZERO = takes('zero');
export const TIMEOUT = takes('zero', 'fraction', 'Infinity', 'ten billion');
export const SIGNAL = takes('AbortSignal');
export const NAME = takes('text', 'text with a NUL', 'long text');
export const SINGLE_LINE = takes('text', 'long text');
export const LIST = takes('empty array');
export const BAG = takes('empty object', 'object without prototype');
export const STRING: Taken = {
  accepts: ['empty string', 'text', 'text with a NUL', 'long text'],
};
export const FUNCTION: Taken = { accepts: ['function', 'class'] };

export function argument(at: number, named: string, { accepts, and = [] }: Taken): Argument {
  return { at, named, accepts, and };
}

/** An options object and each of its options; `prefix` is how messages call it. */
export function options(at: number, prefix: string, known: Readonly<Record<string, Taken>>): Argument[] {
  return [
    argument(at, prefix, BAG),
    ...Object.entries(known).map(([option, { accepts, and = [] }]) => ({
      at,
      option,
      named: `${prefix}.${option}`,
      accepts,
      and,
    })),
  ];
}

export const bounds = (at: number, where: string): Argument[] =>
  options(at, `${where} options`, { timeout: TIMEOUT, signal: SIGNAL });

/** `given`, with the value in the place that `target` says. */
export function withWrong(given: readonly unknown[], target: Argument, value: unknown): unknown[] {
  const args = [...given];
  while (args.length < target.at) args.push(undefined);
  args[target.at] = target.option ? withOption(args[target.at], target.option.split('.'), value) : value;
  return args;
}

function withOption(bag: unknown, [key = '', ...rest]: string[], value: unknown): object {
  const copy: Record<string, unknown> = { ...(bag as object | undefined) };
  copy[key] = rest.length > 0 ? withOption(copy[key], rest, value) : value;
  return copy;
}
