import { RtcRuntime, RtcScope, Scope } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { flattenSuppressed, rejectionOf, thrownBy } from '../support/rejection.js';

const newScope = () => new RtcRuntime({ native: createFakeBinding() }).scope('x');
const FOREIGN: unknown[] = [
  undefined,
  null,
  1,
  true,
  'scope',
  Symbol('s'),
  {},
  [],
  () => {},
  RtcScope.prototype,
];

function method(name: 'use' | 'adopt' | 'defer' | 'move' | 'disposeAsync'): (...args: unknown[]) => unknown {
  return Scope.prototype[name] as (...args: unknown[]) => unknown;
}

test('the methods have the names, lengths and attributes of the language', () => {
  const lengths = { use: 1, adopt: 2, defer: 1, move: 0, disposeAsync: 0 } as const;
  for (const [name, length] of Object.entries(lengths)) {
    const property = Object.getOwnPropertyDescriptor(Scope.prototype, name);
    expect(property).toMatchObject({ writable: true, enumerable: false, configurable: true });
    expect([property?.value.name, property?.value.length]).toEqual([name, length]);
    expect(() => Reflect.construct(Object, [], property?.value)).toThrow(TypeError);
  }
  const disposed = Object.getOwnPropertyDescriptor(Scope.prototype, 'disposed');
  expect(disposed).toMatchObject({ set: undefined, enumerable: false, configurable: true });
  expect(disposed?.get?.name).toBe('get disposed');
});

test('members are where the language has them: of its own on the prototype, one function for the symbol', () => {
  for (const name of ['use', 'adopt', 'defer', 'move', 'disposeAsync', 'disposed', Symbol.asyncDispose]) {
    const own = Object.getOwnPropertyDescriptor(RtcScope.prototype, name);
    expect(own).toMatchObject({ enumerable: false, configurable: true });
    expect(own).toEqual(Object.getOwnPropertyDescriptor(Scope.prototype, name));
  }
  expect(RtcScope.prototype[Symbol.asyncDispose]).toBe(RtcScope.prototype.disposeAsync);
  expect(Object.keys(newScope())).not.toContain('disposed');
  expect(Object.hasOwn(newScope(), Symbol.asyncDispose)).toBe(false);
});

test('a foreign this is a TypeError, thrown by the synchronous methods', () => {
  for (const self of FOREIGN) {
    expect(() => method('use').call(self, null)).toThrow(TypeError);
    expect(() => method('adopt').call(self, null, () => {})).toThrow(TypeError);
    expect(() => method('defer').call(self, () => {})).toThrow(TypeError);
    expect(() => method('move').call(self)).toThrow(TypeError);
    expect(() => Reflect.get(Scope.prototype, 'disposed', self as object)).toThrow(TypeError);
  }
});

test('a foreign this rejects disposeAsync and the symbol method, which never throw', async () => {
  for (const self of FOREIGN) {
    const promise = method('disposeAsync').call(self);
    expect(promise).toBeInstanceOf(Promise);
    expect(await rejectionOf(promise as Promise<void>)).toBeInstanceOf(TypeError);
    const bySymbol = Scope.prototype[Symbol.asyncDispose].call(self as Scope);
    expect(await rejectionOf(bySymbol)).toBeInstanceOf(TypeError);
  }
});

test('disposed turns true as soon as the disposal begins', async () => {
  const scope = newScope();
  const seen: boolean[] = [];
  scope.defer(() => seen.push(scope.disposed));
  expect(scope.disposed).toBe(false);
  const disposal = scope.disposeAsync();
  expect(scope.disposed).toBe(true);
  await disposal;
  expect(scope.disposed).toBe(true);
  expect(seen).toEqual([true]);
});

test('disposeAsync resolves with undefined, also for an empty scope', async () => {
  const empty: unknown = await newScope().disposeAsync();
  expect(empty).toBeUndefined();
  const scope = newScope();
  scope.defer(() => 42);
  const result: unknown = await scope.disposeAsync();
  expect(result).toBeUndefined();
});

test('the newest is disposed first, whatever it was added with', async () => {
  const scope = newScope();
  const log: string[] = [];
  scope.use({ [Symbol.dispose]: () => void log.push('use sync') });
  scope.adopt('value', () => log.push('adopt'));
  scope.use({ [Symbol.asyncDispose]: async () => void log.push('use async') });
  scope.defer(() => log.push('defer'));
  await scope.disposeAsync();
  expect(log).toEqual(['defer', 'use async', 'adopt', 'use sync']);
});

test('the newest disposer runs before disposeAsync returns, the next only when it has ended', async () => {
  const scope = newScope();
  const log: string[] = [];
  let release = () => {};
  scope.defer(() => log.push('older'));
  scope.defer(() => {
    log.push('newer');
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  const disposal = scope.disposeAsync();
  expect(log).toEqual(['newer']);
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(log).toEqual(['newer']);
  release();
  await disposal;
  expect(log).toEqual(['newer', 'older']);
});

test('one error is passed on as it is, also when it is no Error', async () => {
  for (const thrown of [new Error('one'), 'text', 0, null, undefined, { odd: true }]) {
    const scope = newScope();
    scope.defer(() => {
      throw thrown;
    });
    expect(await rejectionOf(scope.disposeAsync())).toBe(thrown);
  }
});

test('several errors form a chain: each later one suppresses those before, and all disposers run', async () => {
  const scope = newScope();
  const errors = [new Error('1'), undefined, new Error('3')];
  let ran = 0;
  for (const error of errors) {
    scope.defer(() => {
      ran++;
      throw error;
    });
    scope.defer(() => void ran++);
  }
  const chain = (await rejectionOf(scope.disposeAsync())) as {
    error: unknown;
    suppressed: { error: unknown; suppressed: unknown };
  };
  expect(ran).toBe(6);
  expect(chain).toBeInstanceOf(Error);
  expect(chain).toMatchObject({ name: 'SuppressedError' });
  expect(chain.error).toBe(errors[0]);
  expect(chain.suppressed).toMatchObject({ name: 'SuppressedError' });
  expect(chain.suppressed.error).toBe(errors[1]);
  expect(chain.suppressed.suppressed).toBe(errors[2]);
  expect(flattenSuppressed(chain)).toEqual(errors);
});

test('error and suppressed are own properties that are not enumerable, as in the language', async () => {
  const scope = newScope();
  for (const text of ['a', 'b']) scope.defer(() => Promise.reject(new Error(text)));
  const chain = (await rejectionOf(scope.disposeAsync())) as object;
  for (const key of ['error', 'suppressed']) {
    expect(Object.getOwnPropertyDescriptor(chain, key)).toMatchObject({
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }
  const platform: unknown = Reflect.get(globalThis, 'SuppressedError');
  if (typeof platform === 'function') expect(Object.getPrototypeOf(chain)).toBe(platform.prototype);
});

test('use, adopt, defer and move throw a plain ReferenceError with a code once the disposal has begun', async () => {
  const scope = newScope();
  const thrown: unknown[] = [];
  const tryAll = () => {
    thrown.push(thrownBy(() => scope.use(null)));
    thrown.push(thrownBy(() => scope.adopt(1, () => {})));
    thrown.push(thrownBy(() => scope.defer(() => {})));
    thrown.push(thrownBy(() => scope.move()));
  };
  scope.defer(tryAll);
  await scope.disposeAsync();
  tryAll();
  expect(thrown).toHaveLength(8);
  for (const error of thrown) {
    expect((error as Error).constructor).toBe(ReferenceError);
    expect(error).toMatchObject({ code: 'RTC_SCOPE_DISPOSED', path: 'x' });
  }
});

test('a second disposeAsync returns the promise of the first, also while it runs and when it fails', async () => {
  const scope = newScope();
  let fromWithin: Promise<void> | undefined;
  scope.defer(() => {
    fromWithin = scope.disposeAsync();
    throw new Error('once');
  });
  const first = scope.disposeAsync();
  expect(scope.disposeAsync()).toBe(first);
  expect(fromWithin).toBe(first);
  await rejectionOf(first);
  expect(scope.disposeAsync()).toBe(first);
  expect(await rejectionOf(scope.disposeAsync())).toBe(await rejectionOf(first));
});

test('the symbol method disposes, so that await using does', async () => {
  const log: string[] = [];
  {
    await using scope = newScope();
    scope.defer(async () => void log.push('disposed'));
    log.push('body');
  }
  log.push('after');
  expect(log).toEqual(['body', 'disposed', 'after']);
});

test('an error of the body and one of the disposal are chained by await using', async () => {
  const body = new Error('body');
  const disposal = new Error('disposal');
  const leave = async () => {
    await using scope = newScope();
    scope.defer(() => Promise.reject(disposal));
    throw body;
  };
  expect(flattenSuppressed(await rejectionOf(leave()))).toEqual([disposal, body]);
});

test.each<[string, number, (scope: RtcScope) => unknown]>([
  ['nothing', 0, () => {}],
  ['null', 1, (scope) => scope.use(null)],
  ['undefined', 1, (scope) => scope.use(undefined)],
  ['a disposer that returns nothing', 1, (scope) => scope.defer(() => {})],
])(
  'the disposal of %s spends as many turns of the microtask queue as the language: %i',
  async (_, turns, fill) => {
    const scope = newScope().fork('y');
    fill(scope);
    const order: string[] = [];
    const beside = async (name: string) => {
      for (let turn = 0; turn <= turns; turn++) await undefined;
      order.push(name);
    };
    await Promise.all([
      beside('before'),
      scope.disposeAsync().then(() => order.push('disposed')),
      beside('after'),
    ]);
    expect(order).toEqual(['before', 'disposed', 'after']);
  },
);
