// The main thread uses the library, then a worker tries to: it must be refused, not abort the process (H8).
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { loadBinding } from '../../native/load.js';
import { done, say } from './say.js';

const SOURCE = import.meta.url.endsWith('.ts');

/** A worker of Node.js 20 does not inherit the loader of this thread. */
function fromSource(): Worker {
  const start = `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))})
    .then(({ register }) => (register(), import(${JSON.stringify(import.meta.url)})))`;
  return new Worker(start, { eval: true });
}

function load(): string {
  try {
    loadBinding();
    return 'loaded';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

if (isMainThread) {
  say({ main: load() });
  const worker = SOURCE ? fromSource() : new Worker(fileURLToPath(import.meta.url));
  worker.on('message', (code: string) => {
    say({ worker: code });
    if (code !== 'RTC_WRONG_THREAD') say({ wrong: `a second thread got ${code}` });
  });
  worker.on('exit', done);
} else parentPort?.postMessage(load());
