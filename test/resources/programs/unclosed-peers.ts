// The peer of a WebSocket never closes its TCP connection. What carries the socket must end all the same, and let the process exit.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { RtcRuntime, type WebSocket } from '../../../src/index.js';
import { mainDone, say } from '../../lifecycle/programs/say.js';
import { until } from '../../support/event.js';

/** Longer than this program may take. */
const ENDLESS_MS = 100_000;
const REQUEST =
  'GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

/** A client that has its answer, goes on reading where it is told to, and keeps its end open. */
async function clientOf(port: number, reads: boolean): Promise<Socket> {
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
  client.write(REQUEST);
  await once(client, 'data');
  if (reads) client.resume();
  else client.pause();
  return client.unref();
}

async function connected(timeout: number, count: number, reads: boolean) {
  const rtc = RtcRuntime.acquire('app', { timeout });
  const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
  const sockets: WebSocket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  for (let n = 0; n < count; n++) await clientOf(server.port, reads);
  await until(() => sockets.length === count, 'the connections');
  return { rtc, sockets };
}

const connections = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

const programs: Record<string, () => Promise<void>> = {
  // The bound of the scope is not used up: nothing is left to be sent.
  server: async () => {
    const { rtc } = await connected(ENDLESS_MS, 1, true);
    await rtc.disposeAsync();
  },
  // More than all buffers on the way, and none of it is read.
  unread: async () => {
    const { rtc, sockets } = await connected(500, 1, false);
    while (sockets[0]!.bufferedAmount < 1_000_000) {
      sockets[0]!.trySend(new Uint8Array(60_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await rtc.disposeAsync();
  },
  // A server goes on, and keeps nothing of the sockets that it has closed.
  running: async () => {
    const { rtc, sockets } = await connected(ENDLESS_MS, 10, true);
    const before = connections();
    await Promise.all(sockets.map((socket) => socket.close()));
    // Of three sockets each, the client's and two that carried it; the client's need not be counted once it has ended.
    await until(() => connections() <= before - 20, 'the end of what carried them');
    say({ ended: true });
    await rtc.disposeAsync();
  },
  // The other way: a client's server.
  client: async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {}).unref();
      socket.once('data', (request) => {
        const [, key] = /sec-websocket-key: (.*)\r/i.exec(String(request)) ?? [];
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`); // RFC 6455, section 1.3
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
            `Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
        );
        socket.resume();
      });
    });
    server.listen(0, '127.0.0.1').unref();
    await once(server, 'listening');
    const rtc = RtcRuntime.acquire('app', { timeout: ENDLESS_MS });
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await rtc.createWebSocket(url, { protocols: ['chat'] }).opened();
    await rtc.disposeAsync();
  },
};
await programs[process.argv[2] ?? '']?.();
mainDone();
