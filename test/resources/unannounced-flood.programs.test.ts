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
  ['process.exit()', 'a peer with the same library', ['exit'], 3],
  ['process.exit()', 'a peer with another one', ['exit', 'other'], 3],
  ['an uncaught error', 'a peer with the same library', ['throw'], 1],
] as const)('nor does %s, with %s', async (_how, _peer, args, code) => {
  const ended = await runChild(new URL('./programs/unannounced-flood.ts', import.meta.url), args, {
    timeout: 30_000,
  });
  expect(ended, ended.stderr).toMatchObject({ code, signal: null });
});
