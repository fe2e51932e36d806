import { inspect } from 'node:util';
import { RtcClosedError, RtcError, RtcTimeoutError, SuppressedError } from 'scoped-rtc';
import { expect, test } from 'vitest';
import { ErrorChain } from '../../src/errors/suppressed-error.js';

test('instanceof holds for the errors of another copy of the package, kind by kind', async () => {
  const other = (await import('../../src/errors/rtc-error.js?copy' as string)) as {
    RtcClosedError: typeof RtcClosedError;
  };
  expect(other.RtcClosedError).not.toBe(RtcClosedError);
  const error = new other.RtcClosedError('RTC_CLOSED', 'closed', { path: 'app/chat' });
  expect(error instanceof RtcClosedError).toBe(true);
  expect(error instanceof RtcError).toBe(true);
  expect(error instanceof Error).toBe(true);
  expect(error instanceof RtcTimeoutError).toBe(false);
  expect(new RtcClosedError('RTC_CLOSED', 'closed') instanceof other.RtcClosedError).toBe(true);
});

test('other values are no errors of ours, and a class that extends one recognises its own instances', () => {
  class Mine extends RtcError {}
  const mine = new Mine('RTC_CLOSED', 'mine');
  const base = new RtcError('RTC_CLOSED', 'base');
  expect([mine instanceof Mine, mine instanceof RtcError, mine instanceof RtcClosedError]).toEqual([
    true,
    true,
    false,
  ]);
  expect([base instanceof Mine, base instanceof RtcError]).toEqual([false, true]);
  for (const value of [undefined, null, 1, 'RtcError', {}, new Error('x'), RtcError]) {
    expect(value instanceof (RtcError as never)).toBe(false);
  }
});

test('SuppressedError is there where Node.js has none, and is the language’s where it has one', () => {
  const error = new SuppressedError(1, 2, 'three');
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'SuppressedError', error: 1, suppressed: 2, message: 'three' });
  const platform: unknown = Reflect.get(globalThis, 'SuppressedError');
  if (platform !== undefined) expect(SuppressedError).toBe(platform);
});

test('a printed SuppressedError shows every error of its chain', () => {
  const chain = new ErrorChain();
  for (const message of ['first', 'second', 'third']) chain.add(new Error(message));
  const printed = inspect(chain.error);
  expect(printed).toMatch(/^SuppressedError: An error was suppressed during disposal\n/);
  expect(printed).toMatch(
    /\[error\]: Error: third\n[^]*\[error\]: Error: second\n[^]*\[suppressed\]: Error: first\n/,
  );
  for (let more = 0; more < 100; more++) chain.add(new Error('more'));
  expect(inspect(chain.error)).toContain('[suppressed]: [SuppressedError]');
  expect(Object.keys(chain.error as Error)).toEqual([]);
});

test('SuppressedError holds for what `await using` throws, compiled or not', async () => {
  const throwing = (message: string) => () => {
    throw new Error(message);
  };
  const caught = await (async () => {
    await using _ = { [Symbol.asyncDispose]: throwing('the disposer') };
    throwing('the body')();
  })().catch((error: unknown) => error);
  expect(caught).toMatchObject({ error: { message: 'the disposer' }, suppressed: { message: 'the body' } });
  expect(caught instanceof SuppressedError).toBe(true);
  class Mine extends SuppressedError {}
  expect([caught instanceof Mine, new Mine(1, 2) instanceof Mine]).toEqual([false, true]);
  for (const value of [undefined, null, 'SuppressedError', {}, new Error('x'), { suppressed: 1 }]) {
    expect((value as unknown) instanceof SuppressedError).toBe(false);
  }
});
