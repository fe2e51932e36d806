import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { Access } from '../../src/inspector/access.js';

const asked = (access: Access, host: string, origin?: string) =>
  access.admit({ headers: { host, origin }, url: `/${access.token}/events` } as unknown as IncomingMessage);

it('on port 80 the Host and the Origin of its own URL have no port', () => {
  const access = new Access(80);
  for (const host of ['127.0.0.1', 'localhost', '127.0.0.1:80', 'localhost:80']) {
    expect(asked(access, host)).toBe('/events');
    expect(asked(access, host, `http://${host}`)).toBe('/events');
  }
  expect(asked(access, 'evil.example')).toBeUndefined();
  expect(asked(access, '127.0.0.1', 'http://evil.example')).toBeUndefined();
});

it('on any other port a Host without a port is another server', () => {
  expect(asked(new Access(8080), '127.0.0.1')).toBeUndefined();
});
