/*
 * Conversions of Web IDL, which decide what a wrong argument is: a TypeError, before anything has changed.
 */

/** An `[EnforceRange] unsigned short`; `undefined` and `null` are "not given". */
export function unsignedShort(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = Math.trunc(Number(value));
  if (!(number >= 0 && number <= MAX_UINT16)) {
    throw new TypeError(`${name} must be an integer from 0 to ${MAX_UINT16}`);
  }
  return number + 0; // -0 is 0
}

const MAX_UINT16 = 65_535;

/** A `DOMString`. A symbol is none, though `String()` takes it. */
export function domString(value: unknown, name: string): string {
  if (typeof value === 'symbol') throw new TypeError(`${name} must not be a symbol`);
  return String(value);
}

/** A `USVString` of at most 65535 bytes, as the open message has room for (RFC 8832). */
export function shortText(value: unknown, name: string): string {
  const text = Buffer.from(domString(value, name)).toString();
  if (Buffer.byteLength(text) > MAX_UINT16) {
    throw new TypeError(`${name} has more than ${MAX_UINT16} bytes of UTF-8`);
  }
  return text;
}

/** A member of an enumeration; `undefined` is the first of them. */
export function oneOf<const T extends string>(value: unknown, name: string, members: readonly T[]): T {
  if (value === undefined) return members[0] as T;
  const text = domString(value, name) as T;
  if (!members.includes(text)) throw new TypeError(`${name} must be one of ${members.join(', ')}`);
  return text;
}

/** Given to the constructor of a class that an application cannot construct. */
export const CONSTRUCTION = Symbol('construction');

export function assertConstruction(key: symbol): void {
  if (key !== CONSTRUCTION) throw new TypeError('Illegal constructor');
}

export const SDP_TYPES = ['offer', 'answer', 'pranswer', 'rollback'] as const;

/** A dictionary; `undefined` and `null` are an empty one. */
export function dictionary<T extends object>(value: T | null | undefined, name: string): Partial<T> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' && typeof value !== 'function') {
    throw new TypeError(`${name} must be an object`);
  }
  return value;
}

export const domException = (name: string, message: string, cause?: unknown): DOMException =>
  cause === undefined ? new DOMException(message, name) : new DOMException(message, { name, cause } as never);
