// Run where the only name server never answers. Does what the argument says, and reports for how long the event loop stood still.
import { createHook } from 'node:async_hooks';
import { memorySignaling, RtcRuntime, type RtcScope, webSocketSignaling } from '../../../src/index.js';
import { say } from '../../lifecycle/programs/say.js';
import { watchLoop } from '../../support/loop-watch.js';

let queries = 0;
let onQuery = (): void => {};
const noteQuery = (_: number, type: string): void => {
  if (type !== 'QUERYWRAP') return;
  queries++;
  onQuery();
};
createHook({ init: noteQuery }).enable();
/** Resolves when the name server has been asked so often in this scene. */
function asked(times = 1): Promise<void> {
  return new Promise((resolve) => {
    onQuery = () => {
      if (queries >= times) resolve();
    };
    onQuery();
  });
}
const dial = (rtc: RtcScope, url: string) => rtc.createWebSocket(url).on('error', () => {});

/** What a program does before it gives up. */
const SCENES: Record<string, (rtc: RtcScope) => Promise<unknown>> = {
  async 'hosts file'(rtc) {
    const { port } = rtc.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
    const names = ['listed.example.org', 'LISTED.example.org', 'localhost', 'any.localhost'];
    await Promise.all(names.map((name) => dial(rtc, `ws://${name}:${port}/`).opened()));
    const iceServers = ['stun:listed.example.org:9'];
    rtc.createPeerConnection('pc', { iceServers }).createDataChannel('chat');
    say({ asked: queries });
  },
  async stun(rtc) {
    const pc = rtc.createPeerConnection('pc', { iceServers: ['stun:stun.example.org'] });
    pc.createDataChannel('chat');
    await asked();
  },
  async turn(rtc) {
    const server = { urls: 'turn:turn.example.org', username: 'u', credential: 'p' };
    for (const iceTransportPolicy of ['all', 'relay'] as const)
      rtc.createPeerConnection('pc', { iceServers: [server], iceTransportPolicy }).createDataChannel('chat');
    await asked(2);
  },
  async ws(rtc) {
    dial(rtc, 'ws://chat.example.org/');
    await asked();
  },
  async wss(rtc) {
    dial(rtc, 'wss://chat.example.org/');
    await asked();
  },
  async 'dead addresses'(rtc) {
    const socket = rtc.createWebSocket('ws://dead.example.org/', { connectionTimeout: 900 });
    say({ dead: await socket.opened().catch((error: Error) => error.message) });
  },
  async 'stun and wss'(rtc) {
    await SCENES.stun?.(rtc);
    await SCENES.wss?.(rtc);
    await asked(2);
  },
  async signaling(rtc) {
    const pc = rtc.createPeerConnection('pc');
    pc.createDataChannel('chat');
    const signaling = webSocketSignaling(() => dial(rtc, 'wss://rooms.example.org/'), {
      room: 'room',
      peer: 'me',
    });
    const negotiated = pc.negotiate(signaling, { timeout: 300 }).catch((error: Error) => error.message);
    await asked();
    say({ told: await negotiated });
    void signaling.close({ timeout: 0 });
  },
  // The library's own lookups of sockets take all of its threads, and live connections with them.
  async 'given up, beside a live connection'(rtc) {
    const [near, far] = memorySignaling();
    const alice = rtc.createPeerConnection('alice', { iceServers: ['stun:stun.example.org'] });
    const bob = rtc.createPeerConnection('bob');
    const chat = alice.createDataChannel('chat');
    await Promise.all([alice.negotiate(near), bob.negotiate(far)]);
    await chat.opened();
    queries = 0;
    const given = ['a', 'b', 'c', 'd', 'e'].map((name) => dial(rtc, `ws://${name}.example.org/`));
    await asked(given.length);
    await Promise.all(given.map((each) => each.abort()));
    const before = performance.now();
    await chat.send('still here');
    await chat.close();
    const { unconfirmed } = await chat.closed();
    say({ state: alice.connectionState, confirmedAfter: performance.now() - before, ...unconfirmed });
  },
};

// The first use loads the library, which takes a moment wherever it is.
await RtcRuntime.acquire('warm').run((rtc) => rtc.createPeerConnection('pc').abort());

const loop = watchLoop();
const [, , end = '', ...scenes] = process.argv;
let ended = 0;
process.on('exit', () => say({ exited: Math.round(performance.now() - ended), blocked: loop.longest() }));
if (end === 'SIGTERM') RtcRuntime.shared.installSignalHandlers();
for (const [index, scene] of scenes.entries()) {
  queries = 0;
  const rtc = RtcRuntime.acquire('app', { timeout: 500 });
  await SCENES[scene]?.(rtc);
  ended = performance.now();
  if (index === scenes.length - 1) {
    if (end === 'process.exit') process.exit(0);
    if (end === 'SIGTERM') {
      process.kill(process.pid, 'SIGTERM');
      await new Promise(() => {});
    }
  }
  await rtc.disposeAsync();
  const left = Math.round(performance.now() - ended);
  say({ scene, left, threads: RtcRuntime.shared.threads().count, blocked: loop.longest() });
}
loop.end();
