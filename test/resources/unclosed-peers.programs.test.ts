import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';

it.each([
  ['server', 'the process of a server exits, whose client never closes its connection'],
  ['unread', 'the process of a server exits, whose client reads nothing'],
  ['running', 'a server that goes on keeps no connection of a client that never closes it'],
  ['client', 'the process of a client exits, whose server never closes the connection'],
])('%s: %s', async (kind) => {
  const ended = await runChild(new URL('./programs/unclosed-peers.ts', import.meta.url), [kind]);
  expect(ended, ended.stderr).toMatchObject({ code: 0, exitedByItself: true });
});
