/** Checks one value and returns it with its type; messages call the value `name`. */
export type Field<T> = (value: unknown, name: string) => T;

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
  // oxlint-disable-next-line no-control-regex -- these are what it looks for
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

/** More items are a mistake in the caller's program; copying a sparse array of billions would exhaust the memory. */
const MOST_ITEMS = 1000;

export function arrayOf<T>(field: Field<T>): Field<T[]> {
  return (value, name) => {
    const items = readFrom(name, () => {
      if (!Array.isArray(value)) return undefined;
      if (value.length > MOST_ITEMS) return value.length;
      return Array.from(value as unknown[]); // visits holes too, where map would leave them as they are
    });
    if (items === undefined) throw wrongType(name, 'an array', value);
    if (typeof items === 'number')
      throw new RangeError(`${name} must have at most ${MOST_ITEMS} items; got ${items}`);
    return items.map((item, index) => field(item, `${name}[${index}]`));
  };
}

/** `null` counts as "not given", as it does for nullable members of the W3C dictionaries. */
export function nullable<T>(field: Field<T>): Field<T | undefined> {
  return (value, name) => (value === null ? undefined : field(value, name));
}

/** Options as they were given: those that were `undefined` are not there. */
export type Given<T> = { -readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Of the rest that `takeOptions` returned: what the readers before took out, which the caller may give as well. */
const takenBefore = new WeakMap<object, readonly string[]>();

/**
 * Reads the known keys of an options object, each once, into a fresh one. A key that is `undefined` is left
 * out (the addon refuses some of those). A key that nobody knows is a mistake: the addon would ignore it.
 */
export function readOptions<T extends object>(
  value: unknown,
  name: string,
  fields: { readonly [K in keyof T]-?: Field<T[K] | undefined> },
): Given<T> {
  const known = Object.keys(fields) as (keyof T & string)[];
  for (const key of optionKeys(value, name)) {
    if (Object.hasOwn(fields, key)) continue;
    throw unknownOption(name, key, [...(takenBefore.get(value as object) ?? []), ...known]);
  }
  const result: Given<T> = {};
  for (const key of known) {
    const given = readFrom(`${name}.${key}`, () => (value as T)[key]);
    if (given === undefined) continue;
    const checked = fields[key](given, `${name}.${key}`);
    if (checked !== undefined) result[key] = checked as Exclude<T[typeof key], undefined>;
  }
  return result;
}

/**
 * Takes the options that `fields` names out of an options object. Returns them, checked, and a fresh object with
 * the others for whoever knows those.
 */
export function takeOptions<T extends object>(
  value: unknown,
  name: string,
  fields: { readonly [K in keyof T]-?: Field<T[K] | undefined> },
): [taken: Partial<T>, rest: unknown] {
  if (value === undefined) return [{}, undefined];
  const keys = optionKeys(value, name);
  const rest = Object.create(readFrom(name, () => Object.getPrototypeOf(value)));
  for (const key of keys) {
    if (Object.hasOwn(fields, key)) continue;
    const given = readFrom(`${name}.${key}`, () => (value as Record<string, unknown>)[key]);
    // Defined rather than assigned: the key may be `__proto__`.
    Object.defineProperty(rest, key, { value: given, enumerable: true });
  }
  const known = Object.keys(fields) as (keyof T & string)[];
  takenBefore.set(rest, [...(takenBefore.get(value as object) ?? []), ...known]);
  const taken: Partial<T> = {};
  for (const key of known) {
    const given = readFrom(`${name}.${key}`, () => (value as T)[key]);
    if (given !== undefined) taken[key] = fields[key](given, `${name}.${key}`) as T[typeof key];
  }
  return [taken, rest];
}

/** A number in quotes is the usual mistake, and is shown; any other text may be a password in the wrong place. */
const SHOWN_TEXT = /^-?[\d.]{1,5}$/;

/** A value and its type for a message: short, on one line, and without the content of a string. */
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
  return new TypeError(
    `${name}.${key} is not a known option; known are ${known.join(', ')}${didYouMean(key, known)}`,
  );
}

/** The names of the events of a class, checked against the type `Events` of its listeners' arguments. */
export type EventNames<Events> = Readonly<Record<keyof Events, true>>;

/**
 * A name that no event of the class has is a mistake: its listener would never be called. `error` is taken everywhere,
 * because `once()` and `on()` of `node:events` listen to it whatever they wait for.
 */
export function checkEventName(event: unknown, known: Readonly<Record<string, true>>, owner: string): void {
  if (typeof event !== 'string') throw wrongType('event', 'a string', event);
  if (Object.hasOwn(known, event) || event === 'error') return;
  const names = Object.keys(known);
  const name = event.length <= LONGEST_SHOWN && PRINTABLE.test(event) ? `'${event}'` : 'what was given';
  throw new TypeError(
    `event must be one of ${names.join(', ')}; ${owner} has no event ${name}${didYouMean(event, names)}`,
  );
}

/** The end of a message: the known name with the smallest edit distance, where that is small. */
function didYouMean(given: string, names: readonly string[]): string {
  let question = '';
  if (given.length > LONGEST_SHOWN) return question;
  let least = Math.max(2, given.length / 2) + 1;
  for (const name of names) {
    const letters = distance(given.toLowerCase(), name.toLowerCase());
    if (letters >= least || letters >= name.length) continue; // nothing in common with a short name
    [question, least] = [`. Did you mean '${name}'?`, letters];
  }
  return question;
}

/** Levenshtein distance: insertions, deletions and substitutions of characters. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const exchanged = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}

/** Characters. A longer text is no mistyped name. */
const LONGEST_SHOWN = 40;
const PRINTABLE = /^[\w :.-]+$/;
