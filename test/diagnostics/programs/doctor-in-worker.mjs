// Runs the command in a worker: `doctor-in-worker.mjs CLI [loaded]`; with `loaded` this thread has the library already.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

const [cli, mode] = process.argv.slice(2);
if (mode === 'loaded') createRequire(import.meta.url)('node-datachannel');
const worker = new Worker(cli, { argv: ['doctor', '--json'], stdout: true });
let text = '';
worker.stdout.setEncoding('utf8').on('data', (part) => {
  text += part;
});
worker.on('exit', (code) => {
  // What the worker wrote is read to its end first.
  setImmediate(() => console.log(JSON.stringify({ code, ...JSON.parse(text) })));
});
