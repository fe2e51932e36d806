// Acquires, connects, exchanges and disposes, 200 times in one process. Run with --expose-gc.
import { RtcRuntime } from '../../../src/index.js';
import { compared, leftovers } from '../../support/nothing-left.js';
import { LOOPBACK, openChannel } from './link.js';
import { mainDone, say } from './say.js';

const collect = (globalThis as { gc?: () => void }).gc;
if (!collect) throw new Error('run with --expose-gc');
const [cycles = '200'] = process.argv.slice(2);

async function cycle(): Promise<void> {
  await using rtc = RtcRuntime.acquire('app');
  const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
  server.on('connection', (socket) => socket.on('message', (message) => void socket.send(message)));
  const socket = rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`);
  const near = rtc.createPeerConnection('near', LOOPBACK);
  const { near: sending, far: receiving } = await openChannel(
    near,
    rtc.createPeerConnection('far', LOOPBACK),
  );
  await sending.send('over the channel');
  await socket.send('over the socket');
  for (const channel of [receiving, socket]) for await (const _message of channel) break;
}

/** Bytes of JavaScript's heap, without what is garbage. */
async function heap(): Promise<number> {
  for (let round = 0; round < 4; round++) {
    // Finalizers of the addon run in turns of their own, and free more.
    await new Promise((resolve) => setImmediate(resolve));
    collect?.();
  }
  return process.memoryUsage().heapUsed;
}

let before = leftovers();
let early = 0;
const count = Number(cycles);
for (let n = 1; n <= count; n++) {
  await cycle();
  if (n === 1) before = leftovers(); // Node opens descriptors of its own at first use, and keeps them
  if (n === 20) early = await heap();
}
const late = await heap();
const { cleanups, generation } = RtcRuntime.shared;
say({ cleanups, generation, early, late, left: await compared(before) });
mainDone();
