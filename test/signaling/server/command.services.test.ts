import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Service } from '../../support/service.js';
import { type ServiceName, service } from '../../support/services.js';
import { bundledServer, runServer } from './server-process.js';

const BROKERS: [ServiceName, string, string, (port: number) => string[]][] = [
  ['nats-server', '--nats', 'nats', (port) => ['-a', '127.0.0.1', '-p', `${port}`]],
  ['redis-server', '--redis', 'redis', (port) => ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '']],
];

let bundle: Awaited<ReturnType<typeof bundledServer>>;

beforeAll(async () => {
  bundle = await bundledServer();
});

afterAll(async () => {
  await bundle?.[Symbol.asyncDispose]();
});

describe.each(BROKERS)('scoped-rtc-signaling with %s', (name, option, scheme, args) => {
  it.skipIf(!service(name))(
    'ends by itself when it cannot listen, also with its broker connected',
    async () => {
      await using broker = await Service.start(name, args);
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as { port: number };
      const end = await runServer(
        bundle.file,
        ...['--port', `${port}`, '--host', '127.0.0.1', option, `${scheme}://127.0.0.1:${broker.port}`],
      );
      other.close();
      expect(end).toMatchObject({ code: 1, signal: null, stderr: expect.stringContaining('EADDRINUSE') });
    },
  );
});
