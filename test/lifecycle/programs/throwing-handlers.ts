// A listener of every event throws. With the argument "exit" nobody catches it.
import { RtcRuntime } from '../../../src/index.js';
import { LOOPBACK, link } from './link.js';
import { mainDone, say } from './say.js';
import { threadsAfterExit } from './threads-after-exit.js';

const thrown = new Map<Error, string>();
const caught: { event: string; same: boolean; rtcPath: unknown }[] = [];
if (process.argv[2] !== 'exit') {
  process.on('uncaughtException', (error) => {
    const event = thrown.get(error);
    caught.push({
      event: event ?? error.message,
      same: event !== undefined,
      rtcPath: (error as { rtcPath?: string }).rtcPath,
    });
  });
}

const rtc = RtcRuntime.acquire('app');
rtc.defer(() => say({ tornDown: true }));
process.on('exit', (code) => {
  const runtime = RtcRuntime.shared;
  const { held } = runtime.snapshot().natives;
  const threads = runtime.cleanups > 0 ? threadsAfterExit(runtime) : undefined;
  say({ exit: code, cleanups: runtime.cleanups, threads, held });
});

type Emitter = { on(event: string, listener: () => void): unknown };

function throwIn(handle: unknown, name: string, ...events: string[]): void {
  for (const event of events) {
    (handle as Emitter).on(event, () => {
      const error = new Error(`${name} ${event}`);
      thrown.set(error, `${name} ${event}`);
      throw error;
    });
  }
}

const CHANNEL_EVENTS = ['open', 'message', 'bufferedAmountLow', 'close'];
const server = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
throwIn(server, 'server', 'connection', 'close');
server.on('connection', (socket) => socket.on('message', (message) => void socket.send(message)));
const socket = rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`, { name: 'socket' });
throwIn(socket, 'socket', ...CHANNEL_EVENTS);

const near = rtc.createPeerConnection('near', LOOPBACK);
const far = rtc.createPeerConnection('far', LOOPBACK);
throwIn(near, 'near', 'localDescription', 'localCandidate', 'stateChange', 'iceStateChange');
throwIn(near, 'near', 'signalingStateChange', 'gatheringStateChange', 'close');
throwIn(far, 'far', 'dataChannel');
link(near, far);
const received: unknown[] = [];
far.on('dataChannel', (channel) => {
  throwIn(channel, 'incoming', 'message');
  channel.on('message', (message) => received.push(message));
});
const chat = near.createDataChannel('chat');
throwIn(chat, 'chat', ...CHANNEL_EVENTS);
await chat.opened({ timeout: 10_000 });
for (const message of ['one', 'two', 'three']) await chat.send(message);
await socket.opened({ timeout: 10_000 });
const echoes: unknown[] = [];
socket.on('message', (message) => echoes.push(message));
for (const message of ['four', 'five']) await socket.send(message);
// More than the library's SCTP buffer takes at once, so that some of it has to wait.
for (let n = 0; n < 40; n++) void chat.send(Buffer.alloc(100_000));
await chat.drained({ timeout: 10_000 });

/** A connection that fails, for its `error` event. */
const failing = rtc.createPeerConnection('failing', LOOPBACK);
throwIn(failing, 'failing', 'error');
link(failing, rtc.createPeerConnection('other', LOOPBACK), { tamper: true });
failing.createDataChannel('chat');
await failing.closed({ timeout: 10_000 });

const end = Date.now() + 10_000;
while ((received.length < 4 || echoes.length < 2) && Date.now() < end) {
  await new Promise((resolve) => setTimeout(resolve, 1));
}
await rtc.disposeAsync();
say({ received: received.slice(0, 3), echoes, caught });
mainDone();
