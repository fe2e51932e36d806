// Run where the only name server never answers. Does what the argument says, and reports how long the event loop stood still.
import { createHook } from 'node:async_hooks';
import { memorySignaling, RtcRuntime } from '../../../src/index.js';
import { say } from '../../lifecycle/programs/say.js';

let frozen = 0;
let last = performance.now();
const watch = setInterval(() => {
  frozen = Math.max(frozen, performance.now() - last - 10);
  last = performance.now();
}, 10);
let queries = 0;
createHook({ init: (_, type) => void (queries += type === 'QUERYWRAP' ? 1 : 0) }).enable();
/** Resolves when the name server has been asked so many times. */
async function asked(times: number): Promise<void> {
  while (queries < times) await new Promise(setImmediate);
}

const rtc = RtcRuntime.acquire('app', { timeout: 500 });
const alice = rtc.createPeerConnection('alice', {
  iceServers: ['stun:stun.example.org', { urls: 'turn:turn.example.org', username: 'u', credential: 'p' }],
});
alice.createDataChannel('chat');
const socket = rtc.createWebSocket('wss://signal.example.org/');
socket.on('error', () => {});
let end = performance.now();
process.on('exit', () =>
  say({ frozen: Math.round(frozen), endedAfter: Math.round(performance.now() - end) }),
);

switch (process.argv[2]) {
  case 'a live connection goes on': {
    const [near, far] = memorySignaling();
    const bob = rtc.createPeerConnection('bob');
    const carol = rtc.createPeerConnection('carol');
    const chat = bob.createDataChannel('chat');
    await Promise.all([bob.negotiate(near), carol.negotiate(far)]);
    await chat.opened();
    const before = queries;
    const given = Array.from({ length: 5 }, (_, n) => rtc.createWebSocket(`ws://dead-${n}.example.org/`));
    await asked(before + given.length);
    await Promise.all(given.map((each) => each.abort()));
    await chat.send('still here');
    await chat.close();
    say({ state: bob.connectionState, unconfirmed: (await chat.closed()).unconfirmed.messages });
    break;
  }
  case 'process.exit':
    await asked(1);
    end = performance.now();
    process.exit(0);
    break;
  case 'SIGTERM':
    RtcRuntime.shared.installSignalHandlers();
    await asked(1);
    end = performance.now();
    process.kill(process.pid, 'SIGTERM');
    await new Promise(() => {});
    break;
  default:
    await asked(1);
}
end = performance.now();
await rtc.disposeAsync().catch(() => {});
say({ disposedAfter: Math.round(performance.now() - end), threads: RtcRuntime.shared.threads().count });
clearInterval(watch);
