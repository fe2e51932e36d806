import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { rejectionOf } from '../support/rejection.js';

const newScope = () => new RtcRuntime({ native: createFakeBinding() }).scope('x');
const NOT_CALLABLE: unknown[] = [undefined, null, 1, 'f', true, {}, [], Symbol('s')];

test('adopt returns the value, of whatever type, and hands it to the disposer alone', async () => {
  for (const value of [null, undefined, 0, '', false, 5n, Symbol('s'), {}, () => {}]) {
    const scope = newScope();
    const calls: { self: unknown; args: unknown[] }[] = [];
    const returned = scope.adopt(value, function (this: unknown, ...args) {
      calls.push({ self: this, args });
    });
    expect(returned).toBe(value);
    expect(calls).toEqual([]);
    await scope.disposeAsync();
    expect(calls).toEqual([{ self: undefined, args: [value] }]);
  }
});

test('adopt does not look for methods on the value', async () => {
  const scope = newScope();
  const value = {
    get [Symbol.asyncDispose](): never {
      throw new Error('must not be read');
    },
  };
  scope.adopt(value, () => {});
  await scope.disposeAsync();
});

test('what the disposers of adopt and defer return is awaited', async () => {
  const scope = newScope();
  const log: string[] = [];
  const later = (name: string) => async () => {
    log.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`${name} ends`);
  };
  scope.defer(later('defer'));
  scope.adopt(1, later('adopt'));
  await scope.disposeAsync();
  expect(log).toEqual(['adopt begins', 'adopt ends', 'defer begins', 'defer ends']);
});

test('a disposer that is not callable is a TypeError, and nothing is added', async () => {
  const scope = newScope();
  for (const wrong of NOT_CALLABLE) {
    expect(() => scope.adopt({}, wrong as () => void)).toThrow(TypeError);
    expect(() => scope.defer(wrong as () => void)).toThrow(TypeError);
  }
  await scope.disposeAsync();
});

test('defer returns undefined and calls its disposer once, without this and arguments', async () => {
  const scope = newScope();
  const calls: { self: unknown; args: unknown[] }[] = [];
  const returned: unknown = scope.defer(function (this: unknown, ...args: unknown[]) {
    calls.push({ self: this, args });
  });
  expect(returned).toBeUndefined();
  expect(calls).toEqual([]);
  await scope.disposeAsync();
  await scope.disposeAsync();
  expect(calls).toEqual([{ self: undefined, args: [] }]);
});

test('an error of a disposer of adopt or defer, thrown or rejected, rejects the disposal', async () => {
  const error = new Error('disposer');
  const fail = () => {
    throw error;
  };
  for (const dispose of [fail, () => Promise.reject(error)]) {
    const deferring = newScope();
    deferring.defer(dispose);
    expect(await rejectionOf(deferring.disposeAsync())).toBe(error);
    const adopting = newScope();
    adopting.adopt('value', dispose);
    expect(await rejectionOf(adopting.disposeAsync())).toBe(error);
  }
});

test('a disposed scope refuses before it looks at the arguments', async () => {
  const scope = newScope();
  await scope.disposeAsync();
  const value = {
    get [Symbol.asyncDispose](): never {
      throw new Error('must not be read');
    },
  };
  expect(() => scope.use(value)).toThrow(ReferenceError);
  expect(() => scope.adopt(1, undefined as never)).toThrow(ReferenceError);
  expect(() => scope.defer(undefined as never)).toThrow(ReferenceError);
});
