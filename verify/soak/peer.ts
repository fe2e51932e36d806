import { RtcRuntime } from '../../src/index.js';
import { unannounced } from '../../test/support/altered-signaling.js';
import { type Envelope, ipcSignaling } from './ipc-signaling.js';

/**
 * The process at the other end: answers every offer, echoes every message, ends with its parent. With the argument
 * `unannounced` it takes its peers for peers without this package.
 */
const isUnannounced = process.argv[2] === 'unannounced';
const scope = RtcRuntime.acquire('peer', { timeout: 1000 });
let newest = -1;

process.on('message', (given) => {
  const { id, signal } = given as Envelope;
  if (id <= newest) return; // of a connection that is there already
  newest = id;
  const signaling = ipcSignaling(process as never, id, [signal]);
  const pc = scope.createPeerConnection(`c${id}`, { bindAddress: '127.0.0.1' });
  let channels = 0;
  pc.on('dataChannel', (channel) => {
    channels += 1;
    channel.on('message', (message) => void channel.send(message).catch(() => {}));
    channel.on('close', () => {
      channels -= 1;
      if (channels === 0) void pc.close();
    });
  });
  pc.on('close', () => signaling[Symbol.dispose]());
  pc.negotiate(isUnannounced ? unannounced(signaling) : signaling, { timeout: 10_000 }).catch(() => {});
});
process.once('disconnect', () => void scope.disposeAsync());
process.send?.('ready');
