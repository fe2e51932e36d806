import { RtcRuntime } from '../../src/index.js';
import { type Envelope, ipcSignaling } from './ipc-signaling.js';

/** The process at the other end: answers every offer, echoes every message, ends with its parent. */
const scope = RtcRuntime.acquire('peer', { timeout: 1000 });
let newest = -1;

process.on('message', (given) => {
  const { id, signal } = given as Envelope;
  if (id <= newest) return; // of a connection that is there already
  newest = id;
  const signaling = ipcSignaling(process as never, id, [signal]);
  const pc = scope.createPeerConnection(`c${id}`, { bindAddress: '127.0.0.1' });
  pc.on('dataChannel', (channel) => {
    channel.on('message', (message) => void channel.send(message).catch(() => {}));
    channel.on('close', () => void pc.close());
  });
  pc.on('close', () => signaling[Symbol.dispose]());
  pc.negotiate(signaling, { timeout: 10_000 }).catch(() => {});
});
process.once('disconnect', () => void scope.disposeAsync());
process.send?.('ready');
