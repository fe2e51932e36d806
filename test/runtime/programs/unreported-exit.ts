// Exits with a connection open and nobody who listens to `leak`: in a worker, or where the error output is closed.
import { closeSync } from 'node:fs';
import { isMainThread, Worker } from 'node:worker_threads';
import { RtcRuntime } from '../../../src/index.js';
import { say } from '../../lifecycle/programs/say.js';

const [way] = process.argv.slice(2);
if (isMainThread && way === 'worker') {
  const worker = new Worker(process.argv[1] as string, { argv: ['within'] });
  worker.on('error', ({ message }) => say({ error: message }));
  worker.on('exit', (code) => say({ ended: code }));
} else {
  const rtc = RtcRuntime.acquire('app');
  rtc.createPeerConnection('alice').createDataChannel('chat');
  if (way === 'muted') closeSync(2);
  process.on('exit', () => say({ cleanups: RtcRuntime.shared.cleanups }));
  process.exit(7);
}
