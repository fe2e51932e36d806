import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { rejectionOf } from '../support/rejection.js';

const newScope = () => new RtcRuntime({ native: createFakeBinding() }).scope('x');

test('use returns the very value it was given', async () => {
  await using scope = newScope();
  const disposable = { [Symbol.dispose]() {} };
  const asyncDisposable = { async [Symbol.asyncDispose]() {} };
  const callable = Object.assign(() => {}, { [Symbol.dispose]() {} });
  expect(scope.use(disposable)).toBe(disposable);
  expect(scope.use(asyncDisposable)).toBe(asyncDisposable);
  expect(scope.use(callable)).toBe(callable);
  expect(scope.use(null)).toBe(null);
  expect(scope.use(undefined)).toBe(undefined);
});

test('use prefers the asynchronous method and calls it once, with the value as this and no arguments', async () => {
  const scope = newScope();
  const calls: { self: unknown; args: unknown[] }[] = [];
  const value = {
    async [Symbol.asyncDispose](...args: unknown[]) {
      calls.push({ self: this, args });
    },
    [Symbol.dispose]() {
      throw new Error('the synchronous method must not be called');
    },
  };
  scope.use(value);
  await scope.disposeAsync();
  expect(calls).toEqual([{ self: value, args: [] }]);
});

test('use takes the synchronous method when the asynchronous one is undefined or null', async () => {
  for (const absent of [undefined, null]) {
    const scope = newScope();
    const selves: unknown[] = [];
    const value = {
      [Symbol.asyncDispose]: absent,
      [Symbol.dispose]() {
        selves.push(this);
      },
    };
    scope.use(value);
    await scope.disposeAsync();
    expect(selves).toEqual([value]);
  }
});

test('what a synchronous method returns is not awaited', async () => {
  const scope = newScope();
  let thenCalled = false;
  const thenable = {
    // oxlint-disable-next-line unicorn/no-thenable -- a thenable is what must not be awaited here
    then() {
      thenCalled = true;
    },
  };
  scope.use({ [Symbol.dispose]: () => thenable });
  scope.use({ [Symbol.dispose]: () => new Promise(() => {}) });
  scope.use({ [Symbol.dispose]: () => Promise.reject(new Error('ignored')).catch(() => {}) });
  await scope.disposeAsync();
  expect(thenCalled).toBe(false);
});

test('what the asynchronous method returns is awaited, also a thenable', async () => {
  const scope = newScope();
  const log: string[] = [];
  scope.defer(() => log.push('older'));
  scope.use({
    [Symbol.asyncDispose]: () => ({
      // oxlint-disable-next-line unicorn/no-thenable -- any thenable is awaited
      then(resolve: () => void) {
        setImmediate(() => {
          log.push('thenable');
          resolve();
        });
      },
    }),
  });
  await scope.disposeAsync();
  expect(log).toEqual(['thenable', 'older']);
});

test('an error of a synchronous method rejects the disposal', async () => {
  const scope = newScope();
  const error = new Error('synchronous');
  scope.use({
    [Symbol.dispose]() {
      throw error;
    },
  });
  expect(await rejectionOf(scope.disposeAsync())).toBe(error);
});

test('null and undefined are accepted and do nothing', async () => {
  const scope = newScope();
  scope.use(null);
  scope.use(undefined);
  await scope.disposeAsync();
  expect(scope.disposed).toBe(true);
});

test('the method is read once, when it is used', async () => {
  const scope = newScope();
  let reads = 0;
  const log: string[] = [];
  const value = {
    get [Symbol.asyncDispose]() {
      reads++;
      return async () => void log.push('first');
    },
    get [Symbol.dispose]() {
      throw new Error('must not be read when the asynchronous method is there');
    },
  };
  scope.use(value);
  expect(reads).toBe(1);
  Object.defineProperty(value, Symbol.asyncDispose, { value: async () => void log.push('second') });
  await scope.disposeAsync();
  expect(reads).toBe(1);
  expect(log).toEqual(['first']);
});

test('the synchronous method is read once as well, after the asynchronous one', async () => {
  const scope = newScope();
  const reads: string[] = [];
  scope.use({
    get [Symbol.asyncDispose]() {
      reads.push('asyncDispose');
      return undefined;
    },
    get [Symbol.dispose]() {
      reads.push('dispose');
      return () => {};
    },
  });
  expect(reads).toEqual(['asyncDispose', 'dispose']);
  await scope.disposeAsync();
  expect(reads).toEqual(['asyncDispose', 'dispose']);
});

test('a getter that throws lets use throw, and nothing is added', async () => {
  for (const symbol of [Symbol.asyncDispose, Symbol.dispose]) {
    const scope = newScope();
    const error = new Error('getter');
    const value = {};
    Object.defineProperty(value, symbol, {
      get() {
        throw error;
      },
    });
    expect(() => scope.use(value)).toThrow(error);
    await scope.disposeAsync();
  }
});

test('a value that is no object, or has no callable method, is a TypeError and adds nothing', async () => {
  const scope = newScope();
  const wrong: unknown[] = [1, 1n, 'text', true, false, 0, '', Symbol('s'), {}, [], () => {}];
  for (const value of wrong) expect(() => scope.use(value)).toThrow(TypeError);
  for (const method of [null, undefined, true, 1, 'dispose', Symbol('s'), {}]) {
    expect(() => scope.use({ [Symbol.asyncDispose]: method })).toThrow(TypeError);
    expect(() => scope.use({ [Symbol.dispose]: method })).toThrow(TypeError);
  }
  await scope.disposeAsync();
});

test('an asynchronous method that is not callable is not replaced by the synchronous one', async () => {
  await using scope = newScope();
  expect(() => scope.use({ [Symbol.asyncDispose]: {}, [Symbol.dispose]() {} })).toThrow(TypeError);
});

test('the same value may be used twice and is then disposed twice', async () => {
  const scope = newScope();
  let count = 0;
  const value = { [Symbol.dispose]: () => void count++ };
  scope.use(value);
  scope.use(value);
  await scope.disposeAsync();
  expect(count).toBe(2);
});
