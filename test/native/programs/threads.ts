// Loads the binding in the order given: "main" here, "worker" in a new worker thread that ends afterwards.
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { loadBinding } from '../../../src/native/load.js';

function attempt(): string {
  try {
    const binding = loadBinding();
    new binding.PeerConnection('x', { iceServers: [] }).close();
    binding.cleanup();
    return 'loaded';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

function inWorker(): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker-entry.mjs', import.meta.url), {
      workerData: { program: import.meta.url },
    });
    let result = 'nothing';
    worker.on('message', (message: string) => {
      result = message;
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve(result));
  });
}

if (isMainThread) {
  for (const where of process.argv.slice(2))
    console.log(`${where} ${where === 'main' ? attempt() : await inWorker()}`);
} else {
  parentPort?.postMessage(attempt());
}
