import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type RtcError, RtcRuntime, type RtcScope, type WebSocket } from 'scoped-rtc';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nextEvent } from '../support/event.js';

/** A scope for which every name has `addresses`. */
function scopeWith(...addresses: string[]): RtcScope {
  const scope = new RtcRuntime({ resolveName: () => Promise.resolve(addresses) }).scope('app', {
    timeout: 3000,
  });
  onTestFinished(async () => {
    await scope.disposeAsync();
    expect(RtcRuntime.shared.threads().count).toBe(0);
  });
  return scope;
}

/** The port of a TCP server that does `handle` with each connection. */
async function tcpServer(handle: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const failureOf = async (socket: WebSocket) => (await nextEvent<[RtcError]>(socket, 'error'))[0];

const answering = (head: string) => (socket: Socket) => void socket.once('data', () => socket.end(head));
const status = (line: string) => answering(`HTTP/1.1 ${line}\r\nLocation: /other\r\n\r\n`);
const BAD_ACCEPT =
  '101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x';
const reset = (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy());
const silent = () => {};
/** Milliseconds of what runs into the timeout; nothing else may take as long as the other. */
const timeoutFor = (handle: unknown) => ({ connectionTimeout: handle === silent ? 500 : 20_000 });
/** Milliseconds for either, on a busy machine. */
const SOON = 10_000;

const NOT_ACCEPTED =
  /WebSocket connection failed: the answer was not that of a WebSocket server that accepts$/;
const ENDED = /the server refused or ended the connection/;
const SENT_NOTHING = /timed out: 127\.0\.0\.1:\d+ accepted the connection and has sent nothing$/;

// By a name the connection is made by this package, which sees the answer; by an address only the library does.
describe.each(['host.test', '127.0.0.1'])('a server at %s that is no WebSocket server says why:', (host) => {
  it.each([
    ['200', 'ws', status('200 OK'), /the server answered 200 OK$/, NOT_ACCEPTED],
    ['a redirect', 'ws', status('301 Moved'), /the server answered 301 Moved$/, NOT_ACCEPTED],
    ['a refusal without words', 'ws', status('401'), /the server answered 401$/, NOT_ACCEPTED],
    ['no service', 'ws', status('503 Busy'), /the server answered 503 Busy$/, NOT_ACCEPTED],
    ['a wrong Sec-WebSocket-Accept', 'ws', status(BAD_ACCEPT), NOT_ACCEPTED, NOT_ACCEPTED],
    ['no HTTP', 'ws', answering('SSH-2.0-x\r\n\r\n'), NOT_ACCEPTED, NOT_ACCEPTED],
    ['half an answer', 'ws', answering('HTTP/1.1 10'), /ended the connection$/, ENDED],
    ['an end', 'ws', answering(''), /as one does that expects TLS \(wss:\)$/, ENDED],
    ['a reset', 'ws', reset, ENDED, ENDED],
    [
      'no TLS',
      'wss',
      status('400 Bad'),
      /the server answered without TLS, 400 Bad$/,
      /TLS connection failed/,
    ],
    ['nothing', 'ws', silent, SENT_NOTHING, /timed out$/],
    ['nothing to a TLS handshake', 'wss', silent, SENT_NOTHING, /timed out$/],
  ] as const)('%s', async (what, protocol, handle, named, direct) => {
    const url = `${protocol}://${host}:${await tcpServer(handle)}/`;
    const started = performance.now();
    const error = await failureOf(scopeWith('127.0.0.1').createWebSocket(url, timeoutFor(handle)));
    expect(performance.now() - started).toBeLessThan(SOON);
    const isNamed = host === 'host.test';
    expect(error.code).toBe('RTC_NATIVE');
    expect(error.message).toMatch(isNamed ? named : direct);
    if (isNamed && what === 'a reset') expect(error.cause).toMatchObject({ code: 'ECONNRESET' });
  });
});

it.each([
  ['answers with a status', status('407 Authenticate'), /the proxy answered 407 Authenticate$/],
  ['says nothing', silent, SENT_NOTHING],
  ['hangs up', answering(''), /Proxy connection failed$/],
])('a proxy that %s', async (_, handle, message) => {
  const proxyServer = { type: 'Http', ip: 'host.test', port: await tcpServer(handle) } as const;
  const options = { proxyServer, ...timeoutFor(handle) };
  const error = await failureOf(scopeWith('127.0.0.1').createWebSocket('ws://chat.test/', options));
  expect(error.message).toMatch(message);
});

it('a name without an address', async () => {
  const error = await failureOf(scopeWith().createWebSocket('ws://empty.test/'));
  expect(error.message).toMatch(/the name has no address$/);
});
