// One call to the raw binding that ends the process, as the control for what the package refuses.
import { createRequire } from 'node:module';

const lib = createRequire(import.meta.url)('node-datachannel');
const connection = (config = {}) =>
  new lib.PeerConnection('raw', { iceServers: [], disableAutoNegotiation: true, ...config });
const long = 'x'.repeat(100_000);

const calls = {
  'answer without an offer': () => connection().setLocalDescription('answer'),
  'offer of nothing': () => connection().setLocalDescription('offer'),
  'description of no known type': () => connection().setLocalDescription('bogus'),
  'credentials that are no ICE characters': () => {
    const pc = connection();
    pc.createDataChannel('x');
    pc.setLocalDescription('offer', { iceUfrag: 'a b', icePwd: 'c' });
  },
  'credentials of a connection that gathers': () => {
    const pc = connection();
    pc.createDataChannel('x');
    pc.setLocalDescription('offer');
    pc.setLocalDescription('rollback');
    pc.setLocalDescription('offer', { iceUfrag: 'abcdefgh', icePwd: 'x'.repeat(24) });
  },
  'long URL of an ICE server': () => connection({ iceServers: [`stun:${long}`] }),
  'long URL of a WebSocket': () => new lib.WebSocket().open(`ws://127.0.0.1:9/${long}`),
  'second thread': async () => {
    connection();
    const { Worker } = await import('node:worker_threads');
    const program = `const lib = require(${JSON.stringify(createRequire(import.meta.url).resolve('node-datachannel'))});
      new lib.PeerConnection('raw', { iceServers: [] }).createDataChannel('x');`;
    await new Promise((resolve) => new Worker(program, { eval: true }).on('exit', resolve));
  },
};
await calls[process.argv[2]]();
process.exit(0);
