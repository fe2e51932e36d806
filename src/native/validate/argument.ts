/** Checks one value and returns it as what it has turned out to be; `name` is how messages call it. */
export type Field<T> = (value: unknown, name: string) => T;

const SHOWN_CHARACTERS = 60;

/** What came, with its type, for a message: short, and on one line. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case 'string':
      return value.length > SHOWN_CHARACTERS
        ? `${JSON.stringify(value.slice(0, SHOWN_CHARACTERS))}… (string of ${value.length} characters)`
        : `${JSON.stringify(value)} (string)`;
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
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag !== 'Object') return /^[AEIOU]/.test(tag) ? `an ${tag}` : `a ${tag}`;
  const keys = Object.keys(value).slice(0, 5);
  return keys.length > 0 ? `an object with ${keys.join(', ')}` : 'an object without keys';
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

export const string: Field<string> = (value, name) => {
  if (typeof value !== 'string') throw wrongType(name, 'a string', value);
  return value;
};

export const nonEmptyString: Field<string> = (value, name) => {
  if (typeof value !== 'string' || value === '') throw wrongType(name, 'a non-empty string', value);
  return value;
};

/** Text that reaches C interfaces or a request line: a NUL would cut it short there, a line break add a line. */
export const singleLine: Field<string> = (value, name) => {
  const text = nonEmptyString(value, name);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  if (/[\0-\x1f\x7f]/.test(text)) throw wrongType(name, 'a string without control characters', value);
  return text;
};

/** Like `string`, but its value never appears in a message. */
export const secret: Field<string> = (value, name) => {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string; got ${describeType(value)}`);
  if (value.includes('\0')) throw new TypeError(`${name} must not contain a NUL character`);
  return value;
};

export const boolean: Field<boolean> = (value, name) => {
  if (typeof value !== 'boolean') throw wrongType(name, 'a boolean', value);
  return value;
};

export const callback: Field<(...args: never[]) => unknown> = (value, name) => {
  if (typeof value !== 'function') throw wrongType(name, 'a function', value);
  return value as (...args: never[]) => unknown;
};

/** The binding casts numbers to C integers: a fraction is cut, a number too large wraps around (H12). */
export function integer(min: number, max: number, unit = ''): Field<number> {
  const expected = `an integer from ${min} to ${max}${unit && ` ${unit}`}`;
  return (value, name) => {
    if (typeof value !== 'number') throw wrongType(name, expected, value);
    if (!Number.isInteger(value) || value < min || value > max) throw outOfRange(name, expected, value);
    return value;
  };
}

/** An unknown name is a `TypeError`, as it is for the enumerations of Web IDL. */
export function oneOf<const T extends string>(...names: readonly T[]): Field<T> {
  const expected = `one of ${names.map((name) => `'${name}'`).join(', ')}`;
  return (value, name) => {
    if (!names.includes(value as T)) throw wrongType(name, expected, value);
    return value as T;
  };
}

export function arrayOf<T>(field: Field<T>): Field<T[]> {
  return (value, name) => {
    if (!Array.isArray(value)) throw wrongType(name, 'an array', value);
    // Array.from visits holes too, where map would leave them as they are.
    return Array.from(value, (item, index) => field(item, `${name}[${index}]`));
  };
}

/** `null` counts as "not given", as it does for nullable members of the W3C dictionaries. */
export function nullable<T>(field: Field<T>): Field<T | undefined> {
  return (value, name) => (value === null ? undefined : field(value, name));
}

/**
 * Reads the known keys of an options object, each once, into a fresh one. A key that is `undefined` is left
 * out (the addon refuses some of those). A key that nobody knows is a mistake: the addon would ignore it.
 */
export function readOptions<T extends object>(
  value: unknown,
  name: string,
  fields: { readonly [K in keyof T]-?: Field<T[K] | undefined> },
): Partial<T> {
  if (
    typeof value !== 'object' ||
    value === null ||
    Object.prototype.toString.call(value) !== '[object Object]'
  )
    throw wrongType(name, 'an object', value);
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(fields, key)) {
      throw new TypeError(
        `${name}.${key} is not a known option; known are ${Object.keys(fields).join(', ') || 'none'}`,
      );
    }
  }
  const result: Partial<T> = {};
  for (const key of Object.keys(fields) as (keyof T & string)[]) {
    const given = (value as T)[key];
    if (given === undefined) continue;
    const checked = fields[key](given, `${name}.${key}`);
    if (checked !== undefined) result[key] = checked as T[typeof key];
  }
  return result;
}
