/**
 * What decided between `ws` and the library's own server for the signaling server; by hand:
 *
 *     node --import tsx test/signaling/server/programs/relay-bench.ts
 *
 * Each server runs in a process of its own and passes text from one socket of a pair to the other.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RtcRuntime } from 'scoped-rtc';
import { WebSocket, WebSocketServer } from 'ws';

const SOCKETS = 500;

const [kind] = process.argv.slice(2);
if (kind === 'ws') serveWs();
else if (kind === 'native') serveNative();
else for (const each of ['ws', 'native'] as const) console.log(each, await measure(each));

function serveWs(): void {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => {
    process.send?.((server.address() as { port: number }).port);
  });
  const pair = pairs<WebSocket>();
  server.on('connection', (socket) => {
    const other = pair(socket);
    socket.on('message', (data) => other()?.send(String(data)));
  });
}

function serveNative(): void {
  const server = RtcRuntime.acquire('bench').createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
  const pair = pairs<{ send(data: string): unknown }>();
  server.on('connection', (socket) => {
    const other = pair(socket);
    socket.on('message', (data) => void other()?.send(String(data)));
  });
  process.send?.(server.port);
}

/** Reports when all have come: the native server notices a socket some turns after its client. */
function pairs<T>(): (socket: T) => () => T | undefined {
  const sockets: T[] = [];
  return (socket) => {
    const at = sockets.push(socket) - 1;
    if (sockets.length === SOCKETS) process.send?.('complete');
    return () => sockets[at ^ 1];
  };
}

async function measure(server: string): Promise<object> {
  const child = fork(fileURLToPath(import.meta.url), [server], { execArgv: ['--import', 'tsx'] });
  const [port] = (await once(child, 'message')) as [number];
  const complete = once(child, 'message');
  const began = performance.now();
  const sockets: WebSocket[] = [];
  for (let n = 0; n < SOCKETS; n++) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    await new Promise((resolve) => socket.once('open', resolve));
    sockets.push(socket);
  }
  const connecting = performance.now() - began;
  await complete;
  const [left, right] = sockets as [WebSocket, WebSocket];
  const result = {
    'connections/s': Math.round((SOCKETS * 1000) / connecting),
    [`round trip, ${SOCKETS} sockets, us`]: Math.round(await roundTrip(left, right)),
    'messages/s, 300 B': Math.round(await throughput(left, right)),
    'resident MB': residentMegabytes(child),
  };
  for (const socket of sockets) socket.terminate();
  child.kill('SIGKILL');
  return result;
}

/** Microseconds from one peer to the other and back. */
async function roundTrip(left: WebSocket, right: WebSocket): Promise<number> {
  const echo = (data: unknown) => right.send(String(data));
  right.on('message', echo);
  const began = performance.now();
  for (let n = 0; n < 2000; n++) {
    left.send('x'.repeat(300));
    await new Promise((resolve) => left.once('message', resolve));
  }
  right.off('message', echo);
  return ((performance.now() - began) * 1000) / 2000;
}

async function throughput(left: WebSocket, right: WebSocket): Promise<number> {
  const count = 50_000;
  let received = 0;
  const began = performance.now();
  const all = new Promise<void>((resolve) => right.on('message', () => ++received === count && resolve()));
  for (let n = 0; n < count; n++) {
    left.send('x'.repeat(300));
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await all;
  return count / ((performance.now() - began) / 1000);
}

function residentMegabytes({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}
