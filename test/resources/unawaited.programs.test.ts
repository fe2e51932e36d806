import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';

it('a mistake in a call that nobody awaits is reported, and that something did not come is not', async () => {
  const ended = await runChild(new URL('./programs/unawaited.ts', import.meta.url));
  expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
  const { expected, ...reported } = Object.assign({}, ...ended.lines) as Record<string, unknown>;
  expect(Object.keys(reported).filter((name) => name !== 'mainDone')).toEqual(expected);
  expect(new Set(Object.values(reported))).toEqual(new Set(['TypeError', 'RangeError']));
});
