import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { WebSocket as Client } from 'ws';
import { RtcRuntime } from '../../../src/index.js';
import type { Hazard, Report } from '../support/hazard.js';
import { pause } from '../support/patience.js';
import { keep, rawEnd } from '../support/raw-pair.js';

/** Files and sockets that this process may have open. */
const DESCRIPTORS = 80;

/** Takes all descriptors by connections to the server, and gives them back. */
async function flood(port: number): Promise<void> {
  execFileSync('prlimit', [`--pid=${process.pid}`, `--nofile=${DESCRIPTORS}:`]);
  const sockets: Socket[] = [];
  for (let n = 0; n < DESCRIPTORS; n++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
  }
  await pause(100); // the library's thread accepts what it can
  for (const socket of sockets) socket.destroy();
}

/** Whether a client can still open a connection. */
function serves(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const client = new Client(`ws://127.0.0.1:${port}/`, { handshakeTimeout: 1000 });
    client.on('open', () => resolve(true)).on('error', () => resolve(false));
    client.once('open', () => client.terminate());
  });
}

async function judge(port: number, report: Report): Promise<void> {
  await flood(port);
  const end = performance.now() + 8000;
  let answered = false;
  while (!answered && performance.now() < end) answered = await serves(port);
  if (!answered) report.wrong('the server accepts nobody any more');
}

export const hazard: Hazard = {
  id: 'H56',
  file: import.meta.url,
  does: 'runs out of file descriptors for a moment while a WebSocket server listens (Linux)',
  why: "The library's thread ends at the first `accept()` that fails: the server listens and answers nobody for good.",
  raw: {
    runs: 1,
    async program(ndc, report) {
      const server = keep(new ndc.WebSocketServer({ port: 0, bindAddress: '127.0.0.1' }));
      server.onClient((client) => keep(client));
      await judge(server.port(), report);
      server.stop();
      await rawEnd(ndc);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app', { timeout: 3000 });
      const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      server.on('error', ({ message }) => report.wrong(message));
      await judge(server.port, report);
    },
  },
};
