import { expect, it } from 'vitest';
import { runChild } from '../support/child.js';

const HALF_A_REQUEST = 'GET / HTTP/1.1\r\nHost:';

it.each([
  ['says nothing to a server with TLS', ['beneath-tls']],
  ['breaks off in the TLS handshake', ['beneath-tls', '\u0016\u0003\u0001']],
  ['says nothing after the TLS handshake', ['tls']],
  ['sends half a request to a server with TLS', ['tls', HALF_A_REQUEST]],
  ['says nothing to a server without TLS', ['tcp']],
  ['sends half a request to a server without TLS', ['tcp', HALF_A_REQUEST]],
])('a client that %s delays neither the close of the server nor the exit', async (_, args) => {
  const ended = await runChild(new URL('./programs/silent-clients.ts', import.meta.url), args);
  expect(ended, ended.stderr).toMatchObject({ code: 0, exitedByItself: true });
});
