import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server as HttpServer } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Message, RtcRuntime, type RtcScope, type WebSocket, type WebSocketServer } from 'scoped-rtc';
import { type TestScope, testScope } from 'scoped-rtc/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Certificate, makeCertificate } from '../support/certificate.js';
import { codeOf, nextEvent, take, until, within } from '../support/event.js';

let certificate: Certificate;
let test: TestScope;
let scope: RtcScope;
const local = { port: 0, bindAddress: '127.0.0.1' };

beforeAll(async () => {
  certificate = await makeCertificate();
});
beforeEach(() => {
  test = testScope({ name: 'sockets' });
  scope = test.scope;
});
afterEach(({ task }) => test.end({ failed: task.result?.state === 'fail' }));

/** Listens on a free port of this machine until the scope ends. */
async function listening<S extends Server | HttpServer>(server: S): Promise<{ server: S; port: number }> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket.on('error', () => {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.defer(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function accepted(server: WebSocketServer, client: WebSocket): Promise<WebSocket> {
  const [[socket]] = await Promise.all([nextEvent<[WebSocket]>(server, 'connection'), client.opened()]);
  return socket.opened();
}

/** The certificate in a file that lives as long as the scope. */
async function fileOf({ certificate: pem }: Certificate): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scoped-rtc-'));
  scope.defer(() => rm(folder, { recursive: true }));
  const file = join(folder, 'authority.pem');
  await writeFile(file, pem);
  return file;
}

const tlsServer = () =>
  scope.createWebSocketServer({
    ...local,
    enableTls: true,
    certificatePemFile: certificate.certificate,
    keyPemFile: certificate.key,
  });

describe('a WebSocket', () => {
  it('carries text and binary messages both ways and reports where it is connected', async () => {
    const server = scope.createWebSocketServer(local);
    const client = scope.createWebSocket(`ws://127.0.0.1:${server.port}/room/1?token=a%20b`);
    const socket = await accepted(server, client);
    expect(socket.requestPath).toBe('/room/1?token=a%20b');
    expect(client.requestPath).toBe('/room/1?token=a%20b');
    expect(client.remoteAddress).toBe(`127.0.0.1:${server.port}`);
    expect(socket.remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/);
    const messages: Message[] = ['grüße', '', Buffer.from([0, 255]), Buffer.alloc(0), 'last'];
    for (const message of messages) await client.send(message);
    expect(await take(socket, messages.length)).toEqual(messages);
    for (const message of messages) await socket.send(message);
    expect(await take(client, messages.length)).toEqual(messages);
    expect(server.connections).toBe(1);
    await client.close();
    expect((await socket.closed()).by).toBe('remote');
    expect((await client.closed()).by).toBe('local');
    await until(() => server.connections === 0, 'the server letting go');
  });

  it('takes messages of the size agreed, and refuses larger ones', async () => {
    const server = scope.createWebSocketServer({ ...local, maxMessageSize: 1000 });
    const client = scope.createWebSocket(`ws://127.0.0.1:${server.port}`, { maxMessageSize: 1000 });
    const socket = await accepted(server, client);
    expect([client.maxMessageSize, socket.maxMessageSize]).toEqual([1000, 1000]);
    await client.send('x'.repeat(1000));
    expect(await codeOf(client.send('x'.repeat(1001)))).toBe('RTC_MESSAGE_TOO_LARGE');
    await client.send('after');
    expect((await take(socket, 2)).map((message) => message.length)).toEqual([1000, 5]);
  });

  it('sends what was sent before it was open, in order', async () => {
    const server = scope.createWebSocketServer(local);
    const client = scope.createWebSocket(`ws://127.0.0.1:${server.port}`);
    const sends = Array.from({ length: 100 }, (_, n) => client.send(`${n}`));
    const socket = await accepted(server, client);
    await Promise.all(sends);
    expect(await take(socket, 100)).toEqual(Array.from({ length: 100 }, (_, n) => `${n}`));
  });
});

describe('TLS', () => {
  it('works with the authority given', async () => {
    const server = tlsServer();
    const client = scope.createWebSocket(`wss://localhost:${server.port}`, {
      caCertificatePemFile: await fileOf(certificate),
    });
    const socket = await accepted(server, client);
    await client.send('secret');
    expect(await take(socket, 1)).toEqual(['secret']);
  });

  it('works unverified, also with the certificate that the library makes up', async () => {
    for (const server of [tlsServer(), scope.createWebSocketServer({ ...local, enableTls: true })]) {
      const url = `wss://127.0.0.1:${server.port}`;
      const client = scope.createWebSocket(url, { disableTlsVerification: true });
      const socket = await accepted(server, client);
      await socket.send('hello');
      expect(await take(client, 1)).toEqual(['hello']);
    }
  });

  it('fails with another authority, with none, and without TLS', async () => {
    const server = tlsServer();
    const other = await makeCertificate();
    for (const [url, options] of [
      [`wss://localhost:${server.port}`, { caCertificatePemFile: await fileOf(other) }],
      [`wss://localhost:${server.port}`, {}],
      [`ws://localhost:${server.port}`, { connectionTimeout: 1000 }],
    ] as const) {
      const client = scope.createWebSocket(url, options);
      expect(await codeOf(client.opened({ timeout: 10_000 }))).toBe('RTC_NATIVE');
      expect((await client.closed()).by).toBe('error');
    }
  });
});

describe('a WebSocket that cannot connect fails with RTC_NATIVE', () => {
  const fails = async (port: number, options = {}) => {
    const client = scope.createWebSocket(`ws://127.0.0.1:${port}`, options);
    const early = codeOf(client.send('never'));
    expect(await codeOf(client.opened({ timeout: 10_000 }))).toBe('RTC_NATIVE');
    expect(await early).toBe('RTC_UNDELIVERED');
    expect(await client.closed()).toMatchObject({ by: 'error', undelivered: 1 });
  };

  it('when nobody listens', async () => {
    const { server, port } = await listening(createTcpServer());
    await new Promise((resolve) => server.close(resolve));
    await fails(port);
  });

  it('when the server is mute, after connectionTimeout', async () => {
    const { port } = await listening(createTcpServer());
    const started = performance.now();
    await fails(port, { connectionTimeout: 500 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(450);
  });

  it('when the server answers 401', async () => {
    const { port } = await listening(
      createServer((_request, response) => response.writeHead(401).end('no')).on(
        'upgrade',
        (_request, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'),
      ),
    );
    await fails(port);
  });

  it('when the server talks garbage', async () => {
    const { port } = await listening(
      createTcpServer((socket) => socket.end(Buffer.from('\x00\xffgarbage\r\n\r\n', 'latin1'))),
    );
    await fails(port, { connectionTimeout: 2000 });
  });

  it('when the server closes at once', async () => {
    const { port } = await listening(createTcpServer((socket) => socket.destroy()));
    await fails(port);
  });

  it('unless the caller gives up before', async () => {
    const { port } = await listening(createTcpServer());
    const client = scope.createWebSocket(`ws://127.0.0.1:${port}`);
    expect(await codeOf(client.opened({ timeout: 50 }))).toBe('RTC_TIMEOUT');
    await client.close();
    expect((await client.closed()).by).toBe('local');
  });
});

describe('a server', () => {
  it('cannot be made on a port that is taken', () => {
    const { port } = scope.createWebSocketServer(local);
    let error: { code?: string } = {};
    try {
      scope.createWebSocketServer({ ...local, port });
    } catch (caught) {
      error = caught as { code?: string };
    }
    expect(error.code).toBe('RTC_NATIVE');
  });

  it('lets go of every client that has gone (H14)', async () => {
    const server = scope.createWebSocketServer(local);
    let clients = 0;
    let connected = 0;
    server.on('connection', () => clients++);
    const before = RtcRuntime.shared.snapshot().natives;
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          const client = scope.createWebSocket(`ws://127.0.0.1:${server.port}`);
          // The library fails to connect once in a while when other sockets close at that moment.
          if (await client.opened().catch(() => undefined)) connected++;
          await client.close();
        }),
      );
    }
    expect(connected).toBeGreaterThan(90);
    await until(
      () => clients >= connected,
      'every client reported by the server, also one that has left again',
    );
    await until(() => server.connections === 0, 'all clients gone');
    const { held, retained } = RtcRuntime.shared.snapshot().natives;
    expect(held).toBe(before.held);
    expect(retained).toBeLessThanOrEqual(10); // of 200: the library does not acknowledge every close
  });

  it('drains its sockets when it closes', async () => {
    const server = scope.createWebSocketServer(local);
    const client = scope.createWebSocket(`ws://127.0.0.1:${server.port}`);
    const socket = await accepted(server, client);
    const count = 2000;
    for (let n = 0; n < count; n++) void socket.send(Buffer.alloc(10_000, n));
    await server.close();
    expect((await socket.closed()).by).toBe('owner');
    expect((await client.closed()).by).toBe('remote');
    const messages: Message[] = [];
    for await (const message of client) messages.push(message);
    expect(messages.length).toBe(count);
  });

  it('survives clients that speak no WebSocket', async () => {
    const server = scope.createWebSocketServer({ ...local, connectionTimeout: 1000 });
    const rude = connect(server.port, '127.0.0.1').on('error', () => {});
    rude.write('GET / HTTP/1.1\r\n\r\nthis is no handshake\r\n\r\n');
    const client = scope.createWebSocket(`ws://127.0.0.1:${server.port}`);
    const greeted = nextEvent(client, 'message');
    server.on('connection', (socket) => void socket.send('hello'));
    expect(await within(greeted, 'a greeting')).toEqual(['hello']);
    rude.destroy();
  });
});

describe('a proxy', () => {
  it('is asked for a tunnel to the server', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, client: Socket, head: Buffer) => {
      asked.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
    });
    const { port } = await listening(proxy);
    const server = scope.createWebSocketServer(local);
    const client = scope.createWebSocket(`ws://127.0.0.1:${server.port}/`, {
      proxyServer: { type: 'Http', ip: '127.0.0.1', port },
    });
    const socket = await accepted(server, client);
    await client.send('through the proxy');
    expect(await take(socket, 1)).toEqual(['through the proxy']);
    expect(asked).toEqual([`127.0.0.1:${server.port}`]);
  });
});
