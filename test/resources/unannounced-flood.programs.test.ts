import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';

it.each(['close', 'abort'])(
  '%s() of a connection does not block behind a channel that the peer has opened and filled just now (H17)',
  async (how) => {
    const ended = await runChild(new URL('./programs/unannounced-flood.ts', import.meta.url), [how], {
      timeout: 30_000,
    });
    expect(ended, ended.stderr).toMatchObject({ code: 0, exitedByItself: true });
  },
);

it.each([
  ['exit', 'process.exit()', 3],
  ['throw', 'an uncaught error', 1],
] as const)('%s: nor does %s', async (how, _what, code) => {
  const ended = await runChild(new URL('./programs/unannounced-flood.ts', import.meta.url), [how], {
    timeout: 30_000,
  });
  expect(ended, ended.stderr).toMatchObject({ code, signal: null });
});
