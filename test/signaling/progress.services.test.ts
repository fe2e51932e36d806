import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { RtcRuntime, type SignalingSocket, webSocketSignaling } from 'scoped-rtc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { makeServerIdentity } from '../../examples/support/certificate.js';
import { type SignalingServer, startSignalingServer } from '../../src/signaling/server/index.js';
import { rejectionOf } from '../support/rejection.js';

const host = '127.0.0.1';
let plain: SignalingServer;
let tls: SignalingServer;
let http: Server;

beforeAll(async () => {
  plain = await startSignalingServer({ port: 0, host, token: 'open sesame' });
  await using identity = await makeServerIdentity();
  const { certificate, key } = identity;
  tls = await startSignalingServer({ port: 0, host, certificate, key });
  http = createServer((_, response) => response.end('no WebSocket here'));
  await new Promise<void>((resolve) => http.listen(0, host, resolve));
});

afterAll(async () => {
  await Promise.all([plain.stop(), tls.stop()]);
  http.close();
});

/** The error of a negotiation, and what the signaling reports about itself. */
async function failure(make: (url: string) => SignalingSocket, url: string, more: object = {}) {
  let error: unknown;
  let progress: unknown;
  await RtcRuntime.acquire('app').run(async (rtc) => {
    const pc = rtc.createPeerConnection('pc');
    pc.createDataChannel('chat');
    const socket = () => (make === overWs ? overWs(url) : rtc.createWebSocket(url));
    const signaling = webSocketSignaling(socket, { room: 'room', peer: 'me', token: 'open sesame', ...more });
    error = await rejectionOf(pc.negotiate(signaling, { timeout: 1000 }));
    ({ progress } = signaling);
    await signaling.close({ timeout: 0 });
  });
  const { code, message, cause } = error as Error & { code: string };
  return { code, message, cause: String(cause), progress };
}

const overWs = (url: string): SignalingSocket => new WebSocket(url);
const overSdk = (): SignalingSocket => {
  throw new Error('made by the scope');
};

describe('a negotiation whose signaling does not reach the peer says why:', () => {
  it.each([
    [
      'nobody else is in the room',
      () => `ws://${host}:${plain.port}/`,
      /nobody else is in the signaling room "room"/,
      /undefined/,
    ],
    ['nothing listens', () => `ws://${host}:1/`, /cannot be reached/, /TCP connection failed/],
    [
      'the certificate is not trusted',
      () => `wss://localhost:${tls.port}/`,
      /cannot be reached/,
      /TLS connection failed/,
    ],
    [
      'the server speaks TLS',
      () => `ws://${host}:${tls.port}/`,
      /cannot be reached/,
      /refused or ended the connection/,
    ],
    [
      'it is no WebSocket server',
      () => `ws://${host}:${(http.address() as AddressInfo).port}/`,
      /cannot be reached/,
      /WebSocket connection failed/,
    ],
  ])('%s', async (_, url, message, cause) => {
    const error = await failure(overSdk, url());
    expect(error.code).toBe('RTC_TIMEOUT');
    expect(error.message).toMatch(message);
    expect(error.cause).toMatch(cause);
  });

  it.each([
    ['nothing listens', () => `ws://${host}:1/`, /ECONNREFUSED/],
    ['the certificate is not trusted', () => `wss://localhost:${tls.port}/`, /self-signed certificate/],
    [
      'it is no WebSocket server',
      () => `ws://${host}:${(http.address() as AddressInfo).port}/`,
      /Unexpected server response: 200/,
    ],
  ])('with the words of ws: %s', async (_, url, cause) => {
    const error = await failure(overWs, url());
    expect(error.cause).toMatch(cause);
    expect(error.progress).toMatchObject({ state: 'unreachable' });
  });

  it('the server does not answer', async () => {
    const mute = createTcpServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, host, resolve));
    const error = await failure(overSdk, `ws://${host}:${(mute.address() as AddressInfo).port}/`);
    mute.close();
    expect(error.message).toMatch(
      /connecting took longer than 1000 ms: the signaling server has not answered yet/,
    );
  });

  it('the peer that is wanted is not there', async () => {
    const error = await failure(overSdk, `ws://${host}:${plain.port}/`, { to: 'bob' });
    expect(error.message).toMatch(/no peer "bob" is in the signaling room "room"/);
  });

  it('the room is refused, at once', async () => {
    const error = await failure(overSdk, `ws://${host}:${plain.port}/`, { token: 'wrong' });
    expect(error).toMatchObject({ code: 'RTC_CLOSED', progress: { state: 'refused' } });
    expect(error.cause).toMatch(/the token was refused/);
  });
});
