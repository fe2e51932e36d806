import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Message, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import WsClient, { WebSocketServer as WsServer } from 'ws';
import { type Certificate, makeCertificate } from '../support/certificate.js';
import { nextEvent, take, within } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';

let certificate: Certificate;
let scope: RtcScope;

beforeAll(async () => {
  certificate = await makeCertificate();
});
beforeEach(() => {
  scope = RtcRuntime.acquire('interop');
});
afterEach(async () => {
  await scope.disposeAsync();
  await nothingLeft();
});

/** A TLS server of the `ws` package on a free port, until the scope ends. */
async function wsServer(onConnection: (socket: WsClient) => void) {
  const https = createHttpsServer({ cert: certificate.certificate, key: certificate.key });
  const server = new WsServer({ server: https });
  server.on('connection', onConnection);
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  scope.defer(async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    await new Promise((resolve) => https.close(resolve));
  });
  return { server, url: `wss://127.0.0.1:${(https.address() as AddressInfo).port}` };
}

describe('with a server of the ws package, over TLS', () => {
  it('agrees on the sub-protocol and carries text and binary messages', async () => {
    const { server, url } = await wsServer((socket) =>
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
    const connected = nextEvent<[WsClient]>(server, 'connection');
    const client = scope.createWebSocket(url, { disableTlsVerification: true, protocols: ['chat.v2'] });
    expect((await connected)[0].protocol).toBe('chat.v2');
    const messages: Message[] = ['grüße', Buffer.from([0, 255]), '', Buffer.alloc(100_000, 3)];
    for (const message of messages) await client.send(message);
    expect(await take(client, messages.length)).toEqual(messages);
  });

  it('loses no answer of a server that closes at once, in 50 rounds', async () => {
    const { url } = await wsServer((socket) => {
      socket.send('answer');
      socket.close();
    });
    let answers = 0;
    for (let round = 0; round < 50; round++) {
      const client = scope.createWebSocket(url, { disableTlsVerification: true });
      const events: Message[] = [];
      client.on('close', () => events.push('closed'));
      client.on('message', (message) => events.push(message));
      await within(client.closed(), 'the close');
      expect(events).toEqual(['answer', 'closed']);
      answers++;
    }
    expect(answers).toBe(50);
  });

  it('reports that the server terminated the connection', async () => {
    const { url } = await wsServer((socket) => socket.on('message', () => socket.terminate()));
    const client = await scope.createWebSocket(url, { disableTlsVerification: true }).opened();
    await client.send('go away');
    expect((await within(client.closed(), 'the close')).by).toBe('remote');
  });
});

describe('with a client of the ws package, over TLS', () => {
  it('carries messages and the close both ways', async () => {
    const server = scope.createWebSocketServer({
      port: 0,
      bindAddress: '127.0.0.1',
      enableTls: true,
      certificatePemFile: certificate.certificate,
      keyPemFile: certificate.key,
    });
    const url = `wss://localhost:${server.port}/path?x=1`;
    for (const whoCloses of ['client', 'server']) {
      const connected = nextEvent<[import('scoped-rtc').WebSocket]>(server, 'connection');
      const client = new WsClient(url, { ca: certificate.certificate, family: 4 });
      const closed = new Promise((resolve) => client.on('close', resolve));
      const received: string[] = [];
      client.on('message', (data, isBinary) => received.push(`${isBinary ? 'binary' : 'text'} ${data}`));
      const [socket] = await connected;
      await socket.opened();
      expect(socket.requestPath).toBe('/path?x=1');
      await socket.send('hello');
      await socket.send(Buffer.from('bytes'));
      if (client.readyState !== client.OPEN) await within(new Promise((r) => client.on('open', r)), 'open');
      client.send('from ws');
      expect(await take(socket, 1)).toEqual(['from ws']);
      if (whoCloses === 'client') client.close();
      else await socket.close();
      await within(closed, 'the close at the client');
      expect(received).toEqual(['text hello', 'binary bytes']);
      expect((await socket.closed()).by).toBe(whoCloses === 'client' ? 'remote' : 'local');
    }
  });
});
