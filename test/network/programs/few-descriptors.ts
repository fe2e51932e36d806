// Run with at most 1024 descriptors: a server is flooded with connections until there are none, and is asked afterwards.
import { once } from 'node:events';
import { openSync } from 'node:fs';
import net from 'node:net';
import { WebSocket } from 'ws';
import { RtcRuntime } from '../../../src/index.js';
import { say } from '../../lifecycle/programs/say.js';

// A limit of 80 from the start fails now and then: loading the sources opens more files than that at the same time.
while (openSync('/dev/null', 'r') < 1024 - 60);

const rtc = RtcRuntime.acquire('app', { timeout: 3000 });
const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
let reported = '';
server.on('error', ({ message }) => (reported = message));
server.on('connection', (socket) => socket.on('message', (message) => void socket.send(message)));

const serves = () =>
  new Promise<boolean>((resolve) => {
    const client = new WebSocket(`ws://127.0.0.1:${server.port}/`, { handshakeTimeout: 2000 });
    client.on('open', () => client.send('x'));
    client.on('message', () => {
      client.close();
      resolve(true);
    });
    client.on('error', () => resolve(false));
  });
const threads = () => RtcRuntime.shared.threads().names.filter((name) => name === 'RTC server').length;

const before = await serves();
const flood: net.Socket[] = [];
// The process is at both ends of each: the last descriptor goes to the one or to the other.
while (threads() > 0 && flood.length < 300) {
  const socket = net.connect(server.port, '127.0.0.1').on('error', () => {});
  flood.push(socket);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
}
const wentDeaf = threads() === 0;
for (const socket of flood) socket.destroy();
const deadline = Date.now() + 15_000;
let after = false;
while (!after && reported === '' && Date.now() < deadline) after = await serves();
say({ before, wentDeaf, after, reported, connections: server.connections });
await rtc.disposeAsync();
say({ threadsLeft: RtcRuntime.shared.threads().count });
