import { WebSocket as Client } from 'ws';
import { RtcRuntime } from '../../../src/index.js';
import type { Hazard, Report } from '../support/hazard.js';
import { keep, rawEnd } from '../support/raw-pair.js';

const CLIENTS = 3000;
const AT_ONCE = 40;
const LONGEST_MS = 8000;

/** How a client ends that asks, and is answered by a server that closes at once. */
function ask(port: number): Promise<'closed' | 'ended before they were open' | 'never closed'> {
  return new Promise((resolve) => {
    const client = new Client(`ws://127.0.0.1:${port}/`);
    let opened = false;
    const timer = setTimeout(() => {
      resolve('never closed');
      client.terminate();
    }, LONGEST_MS);
    client.on('error', () => {});
    client.on('open', () => {
      opened = true;
      client.send('question');
    });
    client.on('close', () => {
      clearTimeout(timer);
      resolve(opened ? 'closed' : 'ended before they were open');
    });
  });
}

async function judge(port: number, report: Report): Promise<void> {
  const ends = new Map<string, number>();
  let begun = 0;
  const worker = async () => {
    while (begun++ < CLIENTS) {
      const end = await ask(port);
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  ends.delete('closed');
  for (const [end, count] of ends) report.wrong(`${count} of ${CLIENTS} connections ${end}`);
}

export const hazard: Hazard = {
  id: 'H62',
  file: import.meta.url,
  does: `answers and closes ${CLIENTS} WebSocket clients, ${AT_ONCE} at once`,
  why:
    'What `poll()` reported of a socket that another thread has closed meanwhile is taken for news of the new socket that has the ' +
    'same descriptor, which is ended, or watched no more.',
  raw: {
    async program(ndc, report) {
      const server = keep(new ndc.WebSocketServer({ port: 0, bindAddress: '127.0.0.1' }));
      server.onClient((socket) => {
        keep(socket).onMessage(() => {
          socket.sendMessage('answer');
          socket.close();
        });
      });
      await judge(server.port(), report);
      server.stop();
      await rawEnd(ndc);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
      server.on('connection', (socket) => {
        socket.on('message', () => {
          void socket.send('answer');
          void socket.close();
        });
      });
      await judge(server.port, report);
    },
  },
};
