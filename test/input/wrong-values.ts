/** Values that some argument or other does not take. Made anew for each try: some can be used up. */
export const WRONG_VALUES = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  zero: () => 0,
  'minus one': () => -1,
  fraction: () => 1.5,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  'ten billion': () => 1e10,
  bigint: () => 5n,
  'empty string': () => '',
  text: () => 'text',
  'text with a NUL': () => 'a\0b',
  'long text': () => 'x'.repeat(100_000),
  'boxed string': () => new String('text'),
  symbol: () => Symbol('wrong'),
  function: () => () => {},
  class: () => class Wrong {},
  'empty object': () => ({}),
  'object without prototype': () => Object.create(null),
  'object with a strange key': () => ({ strange: 1 }),
  'object with its own __proto__': () => JSON.parse('{"__proto__": {"timeout": 1}}'),
  'empty array': () => [],
  'array of a number': () => [5],
  'array of billions': () => new Array(4_000_000_000),
  Map: () => new Map(),
  Date: () => new Date(0),
  Promise: () => Promise.resolve(),
  Buffer: () => Buffer.from('bytes'),
  AbortSignal: (): unknown => new AbortController().signal,
  'pretended AbortSignal': () => Object.create(AbortSignal.prototype),
  'pretended ArrayBuffer': () => ({ [Symbol.toStringTag]: 'ArrayBuffer', byteLength: 4 }),
  'pretended URL': () => Object.create(URL.prototype),
  SharedArrayBuffer: () => new SharedArrayBuffer(4),
  'shared view': () => new Uint8Array(new SharedArrayBuffer(4)),
  'detached buffer': () => detached(new Uint8Array(4)).buffer,
  'detached view': () => detached(new Uint8Array(4)),
  'detached DataView': () => detached(new DataView(new ArrayBuffer(4))),
  'proxy that throws': () => new Proxy({}, THROWING_TRAPS),
  'array proxy that throws': () => new Proxy([], THROWING_TRAPS),
  'revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
} satisfies Record<string, () => unknown>;

export type ValueName = keyof typeof WRONG_VALUES;

function detached<T extends ArrayBufferView>(view: T): T {
  structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
  return view;
}

const trap = () => {
  throw new Error('a trap of the caller');
};

const THROWING_TRAPS: ProxyHandler<object> = {
  get: trap,
  has: trap,
  ownKeys: trap,
  getPrototypeOf: trap,
  getOwnPropertyDescriptor: trap,
};
