import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { type RtcScope, type WebSocket, type WebSocketServerOptions } from 'scoped-rtc';
import { type TestScope, testScope } from 'scoped-rtc/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WsClient, { WebSocketServer as WsServer } from 'ws';
import { makeCertificate } from '../support/certificate.js';
import { codeOf, nextEvent, take, until, within } from '../support/event.js';

let test: TestScope;
let scope: RtcScope;

beforeEach(() => {
  test = testScope({ name: 'subprotocols' });
  scope = test.scope;
});
afterEach(({ task }) => test.end({ failed: task.result?.state === 'fail' }));

const serverWith = (options?: WebSocketServerOptions) =>
  scope.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1', ...options });

/** What becomes of a client of the package ws that offers `offered`; one that connects has had an echo. */
async function outcome(
  port: number,
  offered: string[],
  url = `ws://127.0.0.1:${port}/room?x=1`,
  options = {},
) {
  const client = new WsClient(url, offered, options);
  const ended = once(client, 'close').catch(() => {}); // "error" rejects it, and is heard below
  const result = await within(
    new Promise<string>((resolve) => {
      client.on('open', () => client.send('x'));
      client.on('message', () => resolve(client.protocol));
      client.on('error', (error) => resolve(error.message));
    }),
    'the client',
  );
  client.close();
  await ended;
  return result;
}

/** The sockets that a server accepts, each of which echoes. */
function accepting(server: ReturnType<typeof serverWith>): WebSocket[] {
  const accepted: WebSocket[] = [];
  server.on('connection', (socket) => {
    accepted.push(socket);
    socket.on('message', (message) => void socket.send(message).catch(() => {}));
  });
  return accepted;
}

describe('a server', () => {
  it('answers with the first of several that are offered', async () => {
    const server = serverWith();
    const accepted = accepting(server);
    expect(await outcome(server.port, ['v2.chat', 'chat'])).toBe('v2.chat');
    expect(await outcome(server.port, [])).toBe('');
    expect(accepted.map(({ protocol }) => protocol)).toEqual(['v2.chat', '']);
    expect(accepted.map(({ requestPath }) => requestPath)).toEqual(['/room?x=1', '/room?x=1']);
  });

  it('chooses one that it speaks, in the order of the client', async () => {
    const server = serverWith({ protocols: ['v1', 'v2', 'v3'] });
    const accepted = accepting(server);
    expect(await outcome(server.port, ['v9', 'v3', 'v1'])).toBe('v3');
    // The client's own decision: nothing was chosen of what it offered.
    expect(await outcome(server.port, ['v9'])).toBe('Server sent no subprotocol');
    expect(accepted[0]?.protocol).toBe('v3');
  });

  it('asks a function, which knows the path; what it throws is an uncaught error, and the server goes on', async () => {
    const asked: unknown[] = [];
    const server = serverWith({
      protocols: (offered, path) => {
        asked.push([offered, path]);
        if (offered.includes('throw')) throw new Error('from the function');
        return offered.includes('wrong') ? 'another' : offered.at(-1);
      },
    });
    accepting(server);
    const thrown: string[] = [];
    const onThrow = (error: Error) => void thrown.push(error.message);
    process.on('uncaughtException', onThrow);
    try {
      const refused = 'Unexpected server response: 500';
      expect(await outcome(server.port, ['throw'])).toBe(refused);
      expect(await outcome(server.port, ['wrong'])).toBe(refused);
      expect(await outcome(server.port, ['a', 'b'])).toBe('b');
    } finally {
      process.off('uncaughtException', onThrow);
    }
    expect(thrown).toEqual(['from the function', expect.stringContaining('must choose one')]);
    expect(asked.at(-1)).toEqual([['a', 'b'], '/room?x=1']);
  });

  it('leaves everything to the library with `false`', async () => {
    const server = serverWith({ protocols: false });
    const accepted = accepting(server);
    expect(await outcome(server.port, ['chat'])).toBe('chat');
    expect(accepted[0]?.protocol).toBeUndefined();
  });

  it('serves TLS with the certificate, and IPv6 addresses', async () => {
    const { certificate, key } = await makeCertificate();
    const tls = { enableTls: true, certificatePemFile: certificate, keyPemFile: key };
    const server = serverWith({ ...tls, protocols: ['chat'] });
    accepting(server);
    const url = `wss://localhost:${server.port}/`;
    expect(await outcome(0, ['v2', 'chat'], url, { ca: certificate, family: 4 })).toBe('chat');
    const six = serverWith({ bindAddress: '::1' });
    const accepted = nextEvent<[WebSocket]>(six, 'connection');
    const client = connect(six.port, '::1');
    client.on('error', () => {});
    await once(client, 'connect');
    client.write(requestFor('chat, v2'));
    const [socket] = await accepted;
    expect(socket).toMatchObject({ protocol: 'chat', remoteAddress: `::1:${client.localPort}` });
    client.destroy();
    expect((await within(socket.closed(), 'the close')).by).toBe('remote');
  });

  it('refuses a port that is taken, and what cannot be, at once', async () => {
    const { port } = serverWith();
    expect(await codeOf(() => serverWith({ port }))).toBe('RTC_NATIVE');
    expect(() => serverWith({ enableTls: true, protocols: ['chat'] })).toThrow(/certificate/);
    expect(() => serverWith({ bindAddress: 'name.test', protocols: ['chat'] })).toThrow(/address/);
    for (const protocols of [['a b'], ['a', 'a'], ['']])
      expect(() => serverWith({ protocols })).toThrow(TypeError);
  });

  it('answers what is no handshake, and ends what never becomes one', async () => {
    const server = serverWith({ connectionTimeout: 300 });
    const answer = async (text: string) => {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(text);
      let said = '';
      for await (const chunk of socket) said += String(chunk);
      return said.split('\r\n')[0];
    };
    expect(await answer('GET / HTTP/1.1\r\nHost: h\r\n\r\n')).toContain('426');
    expect(await answer('\0\0\0')).toContain('400');
    expect(await answer(requestFor('a b'))).toContain('400');
    expect(await answer(requestFor('a, a'))).toContain('400');
    expect(await answer(requestFor('x'.repeat(20_000)))).toContain('431');
    expect(await within(answer('GET / HTTP/1.1\r\nHost:'), 'the end of half a request')).toContain('408');
  });

  it('hears a slow client: what is sent waits, and has arrived when the server is closed', async () => {
    const server = serverWith();
    const accepted = nextEvent<[WebSocket]>(server, 'connection');
    const client = new WsClient(`ws://127.0.0.1:${server.port}/`, ['a', 'b']);
    let received = 0;
    client.on('message', (data) => (received += (data as Buffer).length));
    await once(client, 'open');
    const [socket] = await accepted;
    client.pause();
    let sent = 0;
    const chunk = Buffer.alloc(200_000);
    const sending = (async () => {
      for (; sent < 200; sent++) await socket.send(chunk);
    })();
    // 40 MB are more than all buffers on the way.
    await until(() => socket.bufferedAmount > socket.highWaterMark, 'a full send buffer');
    expect(sent).toBeLessThan(200);
    const closed = once(client, 'close');
    client.resume();
    await sending;
    await server.close();
    await closed;
    expect(received).toBe(200 * chunk.length);
  });

  it('has its client hear all of an answer that it gives and closes, also where the client goes on sending', async () => {
    const server = serverWith();
    server.on('connection', (socket) =>
      socket.once('open', async () => {
        for (let n = 0; n < MESSAGES; n++) await socket.send(MESSAGE);
        await socket.close();
      }),
    );
    const client = new WsClient(`ws://127.0.0.1:${server.port}/`);
    let received = 0;
    client.on('message', () => received++);
    client.on('open', () => {
      for (let n = 0; n < MESSAGES; n++) client.send(MESSAGE);
    });
    const [code] = (await within(once(client, 'close'), 'the end')) as [number];
    expect([received, code]).toEqual([MESSAGES, 1005]);
  });

  it('accepts nobody by the port of the library', async () => {
    const server = serverWith();
    let connections = 0;
    server.on('connection', () => connections++);
    const inner = listeningPorts().filter((port) => port !== server.port);
    expect(inner.length).toBeGreaterThan(0);
    for (const port of inner) {
      const client = new WsClient(`ws://127.0.0.1:${port}/`);
      client.on('error', () => {});
      await once(client, 'close').catch(() => {});
    }
    expect(connections).toBe(0);
  });
});

describe('a client', () => {
  async function wsServer(chosen: string | false): Promise<string> {
    const server = new WsServer({ port: 0, host: '127.0.0.1', handleProtocols: () => chosen });
    await once(server, 'listening');
    scope.defer(() => {
      for (const socket of server.clients) socket.terminate();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    });
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it('tells what the server chose', async () => {
    const protocols = ['v2', 'chat'];
    const chose = await scope.createWebSocket(await wsServer('chat'), { protocols }).opened();
    const none = await scope.createWebSocket(await wsServer(false), { protocols }).opened();
    const unasked = await scope.createWebSocket(await wsServer(false)).opened();
    expect([chose.protocol, none.protocol, unasked.protocol]).toEqual(['chat', '', '']);
    const server = serverWith({ protocols: ['chat'] });
    const accepted = accepting(server);
    const ours = await scope.createWebSocket(`ws://127.0.0.1:${server.port}/`, { protocols }).opened();
    await ours.send('x');
    expect(await take(ours, 1)).toEqual(['x']);
    expect([ours.protocol, accepted[0]?.protocol]).toEqual(['chat', 'chat']);
  });

  it('tells the choice of the server behind a proxy, whatever the proxy answers before', async () => {
    const chosen = new URL(await wsServer('chat'));
    const proxy = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write('HTTP/1.0 200 Connection established\r\nVia: test\r\n\r\n');
        const upstream = connect(Number(chosen.port), '127.0.0.1').on('error', () => {});
        socket.pipe(upstream).pipe(socket);
      });
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    scope.defer(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const socket = scope.createWebSocket(chosen.href, {
      protocols: ['v2', 'chat'],
      proxyServer: { type: 'Http', ip: '127.0.0.1', port },
    });
    expect((await socket.opened()).protocol).toBe('chat');
  });

  it('refuses a server that chooses what was not offered', async () => {
    const socket = scope.createWebSocket(await wsServer('other'), { protocols: ['chat'] });
    const [error] = await nextEvent<[Error]>(socket, 'error');
    expect(error).toMatchObject({ code: 'RTC_NATIVE', message: expect.stringContaining('not offered') });
    expect((await socket.closed()).by).toBe('error');
  });

  it('sends all before it closes, though the server goes on sending', async () => {
    const server = new WsServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    let received = 0;
    const ended = new Promise((resolve) =>
      server.on('connection', (socket) => {
        for (let n = 0; n < MESSAGES; n++) socket.send(MESSAGE);
        socket.on('message', () => received++);
        socket.on('close', resolve);
        socket.on('error', () => {});
      }),
    );
    // By name, so that the connection is made here and carried.
    const socket = scope.createWebSocket(`ws://localhost:${(server.address() as AddressInfo).port}/`);
    await socket.opened();
    for (let n = 0; n < MESSAGES; n++) await socket.send(MESSAGE);
    await socket.close();
    await within(ended, 'the end');
    server.close();
    expect(received).toBe(MESSAGES);
  });

  it('tells the status of a refusal', async () => {
    const refusing = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'));
    });
    refusing.listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    scope.defer(() => void refusing.close());
    const url = `ws://127.0.0.1:${(refusing.address() as AddressInfo).port}/`;
    const [error] = await nextEvent<[Error]>(scope.createWebSocket(url, { protocols: ['chat'] }), 'error');
    expect(error.message).toContain('401 Unauthorized');
  });
});

const MESSAGES = 3000;
const MESSAGE = 'm'.repeat(500);

const requestFor = (protocols: string) =>
  'GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: ${protocols}\r\n\r\n`;

/** Ports on which this process listens, on Linux. */
function listeningPorts(): number[] {
  const links = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`);
    } catch {
      return ''; // the one that read the folder
    }
  });
  const inodes = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const rows = readFileSync('/proc/self/net/tcp', 'utf8').trim().split('\n').slice(1);
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return fields
    .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode))
    .map(([, address]) => Number.parseInt(address?.split(':')[1] ?? '0', 16));
}
