// What the raw binding does with one bad input: a control for what validation refuses.
import { createRequire } from 'node:module';
import type * as ndc from 'node-datachannel';

const lib = createRequire(import.meta.url)('node-datachannel') as typeof ndc;
const connection = (config: object = {}) => new lib.PeerConnection('raw', { iceServers: [], ...config });

const inputs: Record<string, () => unknown> = {
  'long-ice-url': () => connection({ iceServers: [`stun:${'a'.repeat(100_000)}`] }),
  'long-web-socket-url': () => new lib.WebSocket().open(`ws://127.0.0.1:9/${'a'.repeat(100_000)}`),
  'short-ice-ufrag': () => {
    const pc = connection({ disableAutoNegotiation: true });
    pc.createDataChannel('x');
    pc.setLocalDescription('offer', { iceUfrag: 'a', icePwd: 'b' });
  },
  'wrapped-port': () => new lib.IceUdpMuxListener(70_000, '127.0.0.1').port(),
  'negative-size': () => new lib.WebSocket({ maxMessageSize: -1 } as never).maxMessageSize(),
  'long-label': () => connection().createDataChannel('x'.repeat(70_000)).getLabel().length,
};
console.log(String(inputs[process.argv[2] ?? '']?.()));
process.exit(0);
