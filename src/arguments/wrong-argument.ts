/** A number in quotes is the usual mistake, and is shown; any other text may be a password in the wrong place. */
const SHOWN_TEXT = /^-?[\d.]{1,5}$/;

/** What came, with its type, for a message: short, on one line, and never the words of a text. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case 'string':
      if (value === '') return 'an empty string';
      if (SHOWN_TEXT.test(value)) return `${JSON.stringify(value)} (string)`;
      return `a string of ${value.length} characters`;
    case 'number':
    case 'boolean':
      return `${Object.is(value, -0) ? '-0' : value} (${typeof value})`;
    case 'bigint':
      return `${value}n (bigint)`;
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    default:
      return describeObject(value);
  }
}

function describeObject(value: object): string {
  try {
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    if (tag !== 'Object') return /^[AEIOU]/.test(tag) ? `an ${tag}` : `a ${tag}`;
    const keys = Object.keys(value).slice(0, 5);
    return keys.length > 0 ? `an object with ${keys.join(', ')}` : 'an object without keys';
  } catch {
    return 'an object that cannot be read'; // a proxy whose traps throw
  }
}

/** The type alone: for secrets, and for text that may contain one. */
export function describeType(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string';
  return typeof value === 'number' || typeof value === 'boolean' ? `a ${typeof value}` : describe(value);
}

export function wrongType(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${expected}; got ${describe(value)}`);
}

export function outOfRange(name: string, expected: string, value: unknown): RangeError {
  return new RangeError(`${name} must be ${expected}; got ${describe(value)}`);
}

/**
 * Reads something out of what the caller passed. What a getter or a proxy of the caller throws becomes the
 * `cause` of a `TypeError` that names the argument.
 */
export function readFrom<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new TypeError(`${name} must be readable; reading it threw`, { cause });
  }
}

/** The own keys of a bag of options. An array, a map, a signal or a number in its place is a mistake. */
export function optionKeys(value: unknown, name: string): string[] {
  if (typeof value !== 'object' || value === null) throw wrongType(name, 'an object', value);
  const tag = readFrom(name, () => Object.prototype.toString.call(value));
  if (tag !== '[object Object]') throw wrongType(name, 'an object', value);
  return readFrom(name, () => Object.keys(value));
}

export function unknownOption(name: string, key: string, known: readonly string[]): TypeError {
  return new TypeError(`${name}.${key} is not a known option; known are ${known.join(', ') || 'none'}`);
}
