import { createRequire } from 'node:module';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { RtcRuntime } from '../../../src/index.js';
import type { Binding, Hazard } from '../support/hazard.js';
import { rawChannels, rawEnd } from '../support/raw-pair.js';
import { sdkChannels } from '../support/sdk-pair.js';

// This file is the worker's program, too.
if (!isMainThread && workerData === 'raw') {
  const ndc = createRequire(import.meta.url)('node-datachannel') as Binding;
  const pc = new ndc.PeerConnection('worker', { iceServers: [] });
  pc.onDataChannel(() => {});
  pc.createDataChannel('chat');
  pc.close();
} else if (!isMainThread && workerData === 'sdk') {
  await using rtc = RtcRuntime.acquire('worker');
  try {
    rtc.createPeerConnection('worker');
    parentPort?.postMessage('made');
  } catch (error) {
    parentPort?.postMessage((error as { code?: string }).code);
  }
}

function ended(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

export const hazard: Hazard = {
  id: 'H8',
  file: import.meta.url,
  does: 'uses connections in a worker thread after the main thread did',
  why: 'The addon keeps the JavaScript constructors of the first thread in process-wide statics.',
  raw: {
    async program(ndc) {
      const { alice, bob, near, far } = await rawChannels(ndc);
      await ended(new Worker(new URL(import.meta.url), { workerData: 'raw' }));
      await rawEnd(ndc, near, far, alice, bob);
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const { near, far } = await sdkChannels(rtc);
      const worker = new Worker(new URL(import.meta.url), { workerData: 'sdk' });
      let said: unknown;
      worker.on('message', (message) => {
        said = message;
      });
      await ended(worker);
      if (said !== 'RTC_WRONG_THREAD') report.wrong(`the worker got ${String(said)}`);
      else report.note('the worker gets RTC_WRONG_THREAD');
      const answer = new Promise((resolve) => far.once('message', resolve));
      await near.send('the main thread goes on');
      await answer;
    },
  },
};
