import { createRequire } from 'node:module';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { RtcRuntime } from '../../../src/index.js';
import type { Binding, Hazard } from '../support/hazard.js';
import { rawChannels } from '../support/raw-pair.js';

// This file is the worker's program, too.
if (!isMainThread && workerData === 'raw-first') {
  const ndc = createRequire(import.meta.url)('node-datachannel') as Binding;
  new ndc.PeerConnection('worker', { iceServers: [] }).close();
  ndc.cleanup();
} else if (!isMainThread && workerData === 'sdk-first') {
  await using rtc = RtcRuntime.acquire('worker');
  rtc.createPeerConnection('worker');
}

function ended(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

export const hazard: Hazard = {
  id: 'H36',
  file: import.meta.url,
  does: 'uses connections in a worker thread that ends, then in the main thread',
  why: 'The addon keeps the constructors of the first thread for good, also when that thread has ended.',
  raw: {
    runs: 2,
    async program() {
      await ended(new Worker(new URL(import.meta.url), { workerData: 'raw-first' }));
      const require = createRequire(import.meta.url);
      const ndc = require('node-datachannel') as Binding;
      await rawChannels(ndc);
      ndc.cleanup();
    },
  },
  sdk: {
    async program(report) {
      await ended(new Worker(new URL(import.meta.url), { workerData: 'sdk-first' }));
      await using rtc = RtcRuntime.acquire('app');
      try {
        rtc.createPeerConnection('main');
        report.wrong('the main thread was let in');
      } catch (error) {
        const { code } = error as { code?: string };
        if (code !== 'RTC_WRONG_THREAD') throw error;
        report.note('the main thread gets RTC_WRONG_THREAD');
      }
    },
  },
};
