// One row of the hazard matrix, named by the first argument: the quick ones of the repository's own matrix.
import { RtcRuntime } from '../../runtime/rtc-runtime.js';
import { loopbackPair } from '../../testing/loopback-pair.js';
import { done, say } from './say.js';

const MESSAGES = 2000;
const LOOPBACK = { config: { bindAddress: '127.0.0.1' } };

function lost(arrived: number): void {
  if (arrived < MESSAGES) say({ wrong: `${MESSAGES - arrived} of ${MESSAGES} messages lost` });
}

function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const rows: Record<string, () => Promise<void>> = {
  async H1() {
    await using rtc = RtcRuntime.acquire('app');
    const { near } = await loopbackPair(rtc, LOOPBACK);
    await near.send('hello');
  },
  async H4() {
    await using rtc = RtcRuntime.acquire('app');
    const { near, far } = await loopbackPair(rtc, LOOPBACK);
    let arrived = 0;
    far.on('message', () => arrived++);
    for (let n = 0; n < MESSAGES; n++) void near.send(`message ${n}`);
    const closing = near.close();
    busy(200);
    await closing;
    await far.closed();
    lost(arrived);
  },
  async H6() {
    await using rtc = RtcRuntime.acquire('app');
    const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
    server.on('connection', (socket) => void socket.close());
    const client = rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`);
    await client.closed();
  },
  async H7() {
    await using rtc = RtcRuntime.acquire('app');
    const { alice, near, far } = await loopbackPair(rtc, LOOPBACK);
    let arrived = 0;
    far.on('message', () => arrived++);
    for (let n = 0; n < MESSAGES; n++) void near.send('x'.repeat(100));
    await alice.close();
    await far.closed();
    lost(arrived);
  },
  async H9() {
    const caught: unknown[] = [];
    process.on('uncaughtException', (error) => caught.push(error));
    await RtcRuntime.acquire('app').run(async (rtc) => {
      const { near, far } = await loopbackPair(rtc, LOOPBACK);
      far.on('message', () => {
        throw new Error('a mistake in the handler');
      });
      await near.send('hello');
    });
    if (caught.length !== 1) say({ wrong: 'the error was not reported' });
  },
  async H10() {
    await using rtc = RtcRuntime.acquire('app');
    const pc = rtc.createPeerConnection('alice');
    for (const type of ['answer', 'bogus'] as const) {
      try {
        pc.setLocalDescription(type as 'answer');
        say({ wrong: `setLocalDescription('${type}') was taken` });
      } catch {}
    }
  },
  async H16() {
    await using rtc = RtcRuntime.acquire('app');
    const socket = rtc.createWebSocket('ws://127.0.0.1:1/');
    socket.on('close', () => {});
    await socket.close();
  },
};

/** Milliseconds. A cleanup that finds an open native blocks for ten seconds. */
const LONGEST_STAND_MS = 3000;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  if (now - last > LONGEST_STAND_MS)
    say({ wrong: `the event loop stood still for ${Math.round(now - last)} ms` });
  last = now;
}, 50).unref();

await rows[process.argv[2] ?? '']?.();
const { count, names } = RtcRuntime.shared.threads();
if (count > 0) say({ wrong: `${count} library threads left (${names.join(', ')})` });
done();
