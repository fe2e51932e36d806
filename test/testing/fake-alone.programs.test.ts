import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';

it('the binding in memory keeps the process alive while something is open, as the library does, and no longer', async () => {
  const ended = await runChild(new URL('./programs/fake-alone.ts', import.meta.url));
  expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null, exitedByItself: true });
  expect(Object.assign({}, ...ended.lines)).toMatchObject({ message: 'hello' });
});
