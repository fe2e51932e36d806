/**
 * A WHIP endpoint (RFC 9725): takes the H.264 of a camera and writes it to a file that players can play
 * (`ffplay FILE.h264`). Tested with Chromium; OBS and GStreamer speak WHIP, too, and were not tried.
 *
 *     npx tsx examples/camera-ingest.ts [FOLDER [PORT]]      then open the address that it prints
 */
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { RtcRuntime } from 'scoped-rtc';
import { Session } from './camera-ingest/session.js';

const [folder = 'received', port = '0'] = process.argv.slice(2);

await using rtc = RtcRuntime.acquire('ingest');
RtcRuntime.shared.installSignalHandlers({ timeout: 5_000, exitCode: 0 });
await mkdir(folder, { recursive: true });
const sessions = new Map<string, Session>();

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', 'location');
  const path = request.url ?? '/';
  if (request.method === 'OPTIONS') {
    response.setHeader('access-control-allow-methods', 'POST, DELETE');
    response.setHeader('access-control-allow-headers', 'authorization, content-type');
    response.writeHead(204).end();
  } else if (request.method === 'POST' && path === '/whip') {
    const session = await Session.answer(rtc, await text(request), folder);
    sessions.set(session.path, session);
    void session.ended.then(() => sessions.delete(session.path));
    response
      .writeHead(201, { 'content-type': 'application/sdp', location: session.path })
      .end(session.answer);
  } else if (request.method === 'DELETE' && sessions.has(path)) {
    await sessions.get(path)?.end();
    response.writeHead(200).end();
  } else if (request.method === 'GET' && path === '/') {
    const page = await readFile(new URL('camera-ingest/index.html', import.meta.url));
    response.setHeader('content-type', 'text/html').end(page);
  } else response.writeHead(404).end();
}

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    // A description that is none, or one without H.264: the client's mistake.
    const code = error instanceof TypeError ? 400 : 500;
    response.writeHead(code, { 'content-type': 'text/plain' }).end(`${(error as Error).message}\n`);
  });
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
rtc.adopt(server, () => {
  server.close();
  server.closeAllConnections();
});
await new Promise((resolve) => rtc.signal.addEventListener('abort', resolve));
