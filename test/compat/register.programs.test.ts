import { expect, test } from 'vitest';
import { runChild } from '../support/child.js';

const program = (name: string) => new URL(`programs/${name}.mjs`, import.meta.url);

/** As `node --import scoped-rtc/register` runs it, from the sources. */
const REGISTER = [
  '--import',
  'tsx',
  '--import',
  new URL('../../src/compat/register.ts', import.meta.url).href,
];

for (const form of ['import', 'require']) {
  test(`a program that gets the binding by ${form} loses no message and exits by itself`, async () => {
    const end = await runChild(program('importer'), [form], { nodeArguments: REGISTER });
    expect(end.lines, end.stderr).toEqual([{ received: 3000 }]);
    expect(end).toMatchObject({ code: 0, signal: null });
  });
}

test('what a callback throws is an uncaught exception, and the other messages still come', async () => {
  const end = await runChild(program('importer'), ['throw'], { nodeArguments: REGISTER });
  expect(end.lines, end.stderr).toEqual([{ message: 'thrown in a handler' }, { received: 3000 }]);
  expect(end).toMatchObject({ code: 0, signal: null });
});

test('cleanup() of one library does not end the connections of another (H21)', async () => {
  const end = await runChild(program('two-libraries'), [], { nodeArguments: REGISTER });
  expect(end.lines, end.stderr).toEqual([{ kept: 'new', states: [], distinct: true }]);
  expect(end).toMatchObject({ code: 0, signal: null });
});

test('under Bun, which has no hooks of module loading, a warning says that nothing is redirected', async () => {
  const end = await runChild(program('nothing'), [], {
    nodeArguments: ['--import', program('as-bun').href, ...REGISTER],
  });
  expect(end.stderr).toMatch(/ScopedRtcWarning: scoped-rtc\/register redirects nothing: Bun/);
  expect(end).toMatchObject({ code: 0, signal: null });
});
