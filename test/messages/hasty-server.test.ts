import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Message, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer as WsServer } from 'ws';
import { type Certificate, makeCertificate } from '../support/certificate.js';
import { within } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';

const ROUNDS = 200;
const AT_ONCE = 4;

let certificate: Certificate;
let scope: RtcScope;

beforeAll(async () => {
  certificate = await makeCertificate();
});
beforeEach(() => {
  scope = RtcRuntime.acquire('hasty');
});
afterEach(async () => {
  await scope.disposeAsync();
  await nothingLeft();
});

/** Answers an offer, and ends the TCP connection at once; as an application does that has said all it had to say. */
async function wsServer(size: number, count: number): Promise<string> {
  const https = createServer({ cert: certificate.certificate, key: certificate.key });
  const server = new WsServer({ server: https });
  server.on('connection', (socket, request) => {
    socket.on('error', () => {});
    socket.once('message', () => {
      for (let n = 0; n < count; n++) socket.send(answer(n, size));
      request.socket.end();
    });
  });
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  scope.defer(async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    await new Promise((resolve) => https.close(resolve));
  });
  return `wss://127.0.0.1:${(https.address() as AddressInfo).port}`;
}

/** Our own server in the same role. */
function ownServer(size: number): string {
  const server = scope.createWebSocketServer({
    port: 0,
    bindAddress: '127.0.0.1',
    enableTls: true,
    certificatePemFile: certificate.certificate,
    keyPemFile: certificate.key,
  });
  server.on('connection', (socket) =>
    socket.once('message', () => {
      void socket.send(answer(0, size));
      void socket.close();
    }),
  );
  return `wss://127.0.0.1:${server.port}`;
}

function answer(n: number, size: number): string {
  return `${n} `.padEnd(size, '.');
}

/** Offers, and takes what comes until the socket closes. */
async function round(url: string, late: boolean): Promise<Message[]> {
  const socket = await scope.createWebSocket(url, { disableTlsVerification: true }).opened();
  const messages: Message[] = [];
  const ended = within(socket.closed(), 'the close');
  let reported = false;
  socket.on('close', () => {
    reported = true;
  });
  await socket.send('offer');
  if (late) {
    await ended;
    for await (const message of socket) messages.push(message);
  } else {
    socket.on('message', (message) => {
      expect(reported).toBe(false);
      messages.push(message);
    });
    await ended;
  }
  return messages;
}

/** All rounds, a few at a time; how many got exactly the answers that were sent. */
async function answered(url: string, expected: readonly string[]): Promise<number> {
  let begun = 0;
  let complete = 0;
  const worker = async () => {
    while (begun < ROUNDS) {
      const messages = await round(url, begun++ % 3 === 2);
      if (messages.length === expected.length && messages.every((m, n) => m === expected[n])) complete++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return complete;
}

describe(`a TLS server that answers and ends the connection at once, in ${ROUNDS} rounds`, () => {
  for (const size of [20, 200_000]) {
    it(`of the ws package: every answer of ${size} bytes is handed over`, async () => {
      expect(await answered(await wsServer(size, 1), [answer(0, size)])).toBe(ROUNDS);
    });

    it(`of our own: every answer of ${size} bytes is handed over`, async () => {
      expect(await answered(ownServer(size), [answer(0, size)])).toBe(ROUNDS);
    });
  }
});
