import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SignalingServer, startSignalingServer } from '../../../src/signaling/server/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { hasChromium, launchChromium, WITHOUT_MDNS } from '../../support/chromium.js';
import { makeCertificate } from '../../support/certificate.js';
import { Child } from '../../support/child.js';
import { within } from '../../support/event.js';

const EXAMPLE = new URL('../../../examples/browser-acknowledged/', import.meta.url);
let web: Server;
let origin: string;
let folder: string;
let certificateFile: string;
let server: SignalingServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoped-rtc-'));
  certificateFile = join(folder, 'certificate.pem');
  web = createServer((request, response) => {
    const isScript = request.url === '/acknowledged.js';
    const file = new URL(isScript ? 'acknowledged.js' : 'index.html', EXAMPLE);
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    void readFile(file).then((text) => response.end(text));
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  origin = `http://localhost:${(web.address() as AddressInfo).port}`;
  const { certificate, key } = await makeCertificate();
  await writeFile(certificateFile, certificate);
  server = await startSignalingServer({
    ...{ port: 0, host: '127.0.0.1', certificate, key, origins: [origin] },
    token: 'open sesame',
  });
});

afterAll(async () => {
  await server?.stop();
  await new Promise((resolve) => web.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

const url = () => `wss://localhost:${server.port}/`;

const startPeer = (room: string, peer: string, to: string) =>
  new Child(new URL('programs/peer.ts', import.meta.url), [url(), certificateFile, room, peer, to], {
    timeout: 40_000,
  });

describe('through the server over TLS', () => {
  it('two processes connect, talk, and exit by themselves', async () => {
    const [alice, bob] = [startPeer('two', 'alice', 'bob'), startPeer('two', 'bob', 'alice')];
    const ends = await within(Promise.all([alice.ended, bob.ended]), 'both processes', 40_000);
    for (const end of ends) {
      expect(end).toMatchObject({ code: 0, stderr: '' });
      expect(end.lines.at(-1)).toMatchObject({ threads: 0 });
    }
    expect(ends.map((end) => end.lines[0])).toEqual([
      { received: 'bob heard: hello bob' },
      { received: 'hello bob' },
    ]);
  });

  it.skipIf(!hasChromium)('a page in Chromium and a process connect and talk', async () => {
    const browser = await launchChromium('--ignore-certificate-errors', WITHOUT_MDNS);
    try {
      const page = await browser.newPage();
      const query = new URLSearchParams({
        url: url(),
        room: 'web',
        peer: 'page',
        to: 'alice',
        token: 'open sesame',
      });
      const alice = startPeer('web', 'alice', 'page');
      await page.goto(`${origin}/?${query.toString()}`);
      const { lines, code, stderr } = await within(alice.ended, 'the process', 40_000);
      expect({ lines: lines.slice(0, 1), code, stderr }).toEqual({
        lines: [{ received: 'the page heard: hello page' }],
        code: 0,
        stderr: '',
      });
      expect(await page.textContent('#log')).toContain('hello page');
    } finally {
      await browser.close();
      await new Promise((resolve) => web.close(resolve));
    }
  });
});

it("the browser's end of the protocol has no more than 50 lines of code", async () => {
  const text = await readFile(new URL('acknowledged.js', EXAMPLE), 'utf8');
  const code = text
    .replace(/\/\*\*[^]*?\*\//g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  expect(code.length).toBeLessThanOrEqual(50);
});

it('a connection over TLS that has joined outlives the time to join, and one without a handshake does not', async () => {
  const { certificate, key } = await makeCertificate();
  const joinTimeout = 2000; // more than a handshake and the join behind it take on a busy machine
  await using short = await startSignalingServer({
    port: 0,
    host: '127.0.0.1',
    certificate,
    key,
    joinTimeout,
  });
  const mute = connect(short.port, '127.0.0.1').on('error', () => {});
  const ended = new Promise((resolve) => mute.once('close', resolve));
  const socket = new WebSocket(`wss://localhost:${short.port}/`, { rejectUnauthorized: false });
  let closed: number | undefined;
  socket.on('close', (code) => {
    closed = code;
  });
  await once(socket, 'open');
  socket.send('{"join":{"room":"room","peer":"alice"}}');
  await within(ended, 'the end of the one without a handshake');
  await new Promise((resolve) => setTimeout(resolve, joinTimeout)); // nothing else shows that nothing happens
  expect([closed, short.connections]).toEqual([undefined, 1]);
  socket.terminate();
});
