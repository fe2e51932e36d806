import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RtcRuntime, type RtcScope, type WebSocket, type WebSocketOptions } from 'scoped-rtc';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { makeCertificate } from '../support/certificate.js';
import { codeOf, nextEvent, take } from '../support/event.js';

/** Names of the tests: with a dead IPv6 address, one that is never answered, one that there is not, without a route. */
function scopeOfNames(): RtcScope {
  const resolveName = async (name: string): Promise<readonly string[]> => {
    if (name === 'silent.test') return new Promise(() => {});
    if (name === 'none.test')
      throw Object.assign(new Error('queryA ENOTFOUND none.test'), { code: 'ENOTFOUND' });
    // Nobody can connect to a multicast address: that fails at once.
    if (name.endsWith('multicast.test')) return ['ff02::1', ...(name.startsWith('and') ? ['127.0.0.1'] : [])];
    return ['fd00:dead::1', '127.0.0.1'];
  };
  const scope = new RtcRuntime({ resolveName }).scope('app', { timeout: 3000 });
  onTestFinished(async () => {
    await scope.disposeAsync();
    expect(RtcRuntime.shared.threads().count).toBe(0);
  });
  return scope;
}

interface Echo {
  readonly port: number;
  /** The `Host` header of each request. */
  readonly hosts: (string | undefined)[];
}

async function echoServer(options: { protocol?: string; refuse?: number } = {}): Promise<Echo> {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: () => options.protocol ?? false,
    verifyClient: (_, answer) => (options.refuse ? answer(false, options.refuse) : answer(true)),
  });
  const hosts: (string | undefined)[] = [];
  server.on('connection', (socket, request) => {
    hosts.push(request.headers.host);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, hosts };
}

const failureOf = async (socket: WebSocket) => {
  const [error] = await nextEvent<[Error & { code: string; cause?: { code?: string } }]>(socket, 'error');
  return error;
};

it('a dead IPv6 address costs a moment, and the server is given the name', async () => {
  const server = await echoServer();
  const socket = scopeOfNames().createWebSocket(`ws://host.test:${server.port}/room?token=1`, {
    connectionTimeout: 8000, // the library would try the first address for ten seconds
  });
  await socket.opened({ timeout: 5000 });
  expect(server.hosts).toEqual([`host.test:${server.port}`]);
  expect(socket.remoteAddress).toBe(`127.0.0.1:${server.port}`);
  expect(socket.requestPath).toBe('/room?token=1');
  const bytes = Buffer.alloc(200_000, 7);
  await socket.send(bytes);
  await socket.send('text');
  expect(await take(socket, 2)).toEqual([bytes, 'text']);
});

it('what was sent before the close arrives through the tunnel', async () => {
  const server = await echoServer();
  const scope = scopeOfNames();
  const received: number[] = [];
  const counting = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => void counting.close());
  const ended = new Promise<void>((resolve) => {
    counting.on('connection', (socket) => {
      socket.on('message', (data) => received.push((data as Buffer).length));
      socket.on('close', () => resolve());
    });
  });
  await once(counting, 'listening');
  const socket = scope.createWebSocket(`ws://host.test:${(counting.address() as AddressInfo).port}/`);
  await socket.opened();
  for (let n = 0; n < 200; n++) await socket.send(Buffer.alloc(50_000));
  await socket.close();
  await ended;
  expect(received).toEqual(Array.from({ length: 200 }, () => 50_000));
  expect(server.hosts).toEqual([]);
});

it('the subprotocol that the server chose', async () => {
  const server = await echoServer({ protocol: 'chat' });
  const socket = scopeOfNames().createWebSocket(`ws://host.test:${server.port}/`, {
    protocols: ['v2', 'chat'],
  });
  await socket.opened();
  expect(socket.protocol).toBe('chat');
});

it('the status of a refusal', async () => {
  const server = await echoServer({ refuse: 403 });
  const error = await failureOf(scopeOfNames().createWebSocket(`ws://host.test:${server.port}/`));
  expect(error).toMatchObject({ code: 'RTC_NATIVE', message: expect.stringContaining('403 Forbidden') });
});

it.each([
  ['a name that there is not', 'ws://none.test/', 'ENOTFOUND'],
  ['a port where nobody listens', 'ws://host.test:1/', 'ECONNREFUSED'],
  ['that behind an address without a route', 'ws://and.multicast.test:1/', 'ECONNREFUSED'],
  ['the lack of a route, where all lack one,', 'ws://multicast.test:1/', 'ENETUNREACH'],
])('%s is the cause', async (_, url, code) => {
  const error = await failureOf(scopeOfNames().createWebSocket(url));
  expect(error).toMatchObject({ code: 'RTC_NATIVE', cause: { code } });
});

it('a name that is never answered ends with the connection timeout, an abort, a close or the scope', async () => {
  const scope = scopeOfNames();
  const dial = (options?: WebSocketOptions) => scope.createWebSocket('wss://silent.test/', options);
  const timed = await failureOf(dial({ connectionTimeout: 50 }));
  expect(timed).toMatchObject({ code: 'RTC_NATIVE', cause: { code: 'RTC_TIMEOUT' } });
  expect(timed.message).toMatch(/no connection within 50 ms: no name server has answered for silent\.test$/);
  const aborted = dial();
  await aborted.abort('enough');
  expect(await aborted.closed()).toMatchObject({ by: 'local', reason: 'enough' });
  const closed = dial();
  await closed.close();
  const left = dial();
  const opened = codeOf(left.opened());
  const started = performance.now();
  await scope.disposeAsync();
  expect(performance.now() - started).toBeLessThan(1000);
  expect(await opened).toBe('RTC_CLOSING');
});

it('TLS checks the name and sends it, and the authority is the one that is given', async () => {
  const { certificate, key } = await makeCertificate('localhost');
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const caCertificatePemFile = join(folder, 'ca.pem');
  writeFileSync(caCertificatePemFile, certificate);
  const names: (string | false)[] = [];
  const https = createTlsServer({
    cert: certificate,
    key,
    SNICallback: (name, done) => void (names.push(name), done(null)),
  });
  new WebSocketServer({ server: https }).on('connection', (socket) => socket.send('hello'));
  https.listen(0, '127.0.0.1');
  await once(https, 'listening');
  onTestFinished(() => void https.close());
  const { port } = https.address() as AddressInfo;
  const scope = scopeOfNames();
  // Not in the hosts file, so that it goes through the tunnel as any other name does.
  const right = scope.createWebSocket(`wss://any.localhost:${port}/`, { disableTlsVerification: true });
  await right.opened();
  expect([names, right.protocol]).toEqual([['any.localhost'], '']);
  const offering = { disableTlsVerification: true, protocols: ['chat'] };
  const unread = await scope.createWebSocket(`wss://any.localhost:${port}/`, offering).opened();
  expect(unread.protocol).toBeUndefined(); // only the library can read the answer
  await failureOf(scope.createWebSocket(`wss://host.test:${port}/`, { caCertificatePemFile }));
  await failureOf(scope.createWebSocket(`wss://any.localhost:${port}/`)); // of an authority that nobody knows
});

it('a message over the limit is an error, and one of just that size is not', async () => {
  const server = await echoServer();
  const scope = scopeOfNames();
  const socket = scope.createWebSocket(`ws://127.0.0.1:${server.port}/`);
  await socket.opened();
  expect(socket.maxMessageSize).toBe(262_144);
  await socket.send(Buffer.alloc(262_144));
  expect((await take(socket, 1))[0]).toHaveLength(262_144);
  expect(await codeOf(socket.send(Buffer.alloc(262_145)))).toBe('RTC_MESSAGE_TOO_LARGE');
  const greeting = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => void greeting.close());
  greeting.on('connection', (peer) => {
    peer.send('äöüäö'); // ten bytes
    peer.send('äöüäöü');
  });
  await once(greeting, 'listening');
  const limited = scope.createWebSocket(`ws://127.0.0.1:${(greeting.address() as AddressInfo).port}/`, {
    maxMessageSize: 10,
  });
  const messages: unknown[] = [];
  limited.on('message', (message) => messages.push(message));
  expect((await failureOf(limited)).code).toBe('RTC_MESSAGE_TOO_LARGE');
  expect((await limited.closed()).by).toBe('error');
  expect(messages).toEqual(['äöüäö']);
});

it('headers are refused with a way out', () => {
  const scope = scopeOfNames();
  const options = { headers: { Authorization: 'Bearer 1' } } as WebSocketOptions;
  expect(() => scope.createWebSocket('wss://host.test/', options)).toThrow(
    /options\.headers .*query.*subprotocol/,
  );
});
