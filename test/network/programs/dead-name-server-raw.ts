// As dead-name-server.ts, with the binding alone: gives up 300 ms after it asked for the name in the argument.
import ndc from 'node-datachannel';
import { say } from '../../lifecycle/programs/say.js';
import { watchLoop } from '../../support/loop-watch.js';

const warm = new ndc.PeerConnection('warm', { iceServers: [] });
warm.close();
ndc.cleanup();
const loop = watchLoop();
let ended = 0;
process.on('exit', () => say({ exited: Math.round(performance.now() - ended), blocked: loop.longest() }));
if (process.argv[2] === 'stun') {
  const pc = new ndc.PeerConnection('pc', { iceServers: ['stun:stun.example.org:3478'] });
  pc.createDataChannel('chat');
  setTimeout(() => pc.close(), 300);
} else {
  const socket = new ndc.WebSocket();
  socket.open('ws://chat.example.org/');
  setTimeout(() => socket.forceClose(), 300);
}
setTimeout(() => {
  ended = performance.now();
  try {
    ndc.cleanup();
  } catch (error) {
    say({ thrown: String(error) });
  }
  say({ left: Math.round(performance.now() - ended) });
  loop.end();
}, 310);
