import { pathToFileURL } from 'node:url';
import { type CandidateName, isOurs } from '../candidates/names.js';
import type { Scenario } from './scenario.js';

/** What users import; `npm run bench` builds it. A child runs in the root folder. */
const BUILT = pathToFileURL('dist/index.js').href;

/** Imports and makes the first connection object, so that the binding is loaded everywhere. */
async function begin(name: CandidateName): Promise<void> {
  if (name === 'raw') {
    const { PeerConnection } = await import('node-datachannel');
    kept.push(new PeerConnection('first', { iceServers: [] }));
  } else if (name === 'polyfill') {
    const { RTCPeerConnection } = await import('node-datachannel/polyfill');
    kept.push(new RTCPeerConnection());
  } else if (isOurs(name)) {
    const { RtcRuntime } = (await import(BUILT)) as typeof import('../../../src/index.js');
    kept.push(RtcRuntime.acquire('app').createPeerConnection('first'));
  } else throw new Error(`no start for ${name}`);
}

const kept: unknown[] = [];

export const scenario: Scenario = {
  name: 'start',
  title: 'importing, first acquire, first connection made',
  figures: [{ key: 'ms', label: 'start', unit: 'ms', better: 'less' }],
  candidates: ['raw', 'sdk-events', 'polyfill'],
  reference: 'raw',
  rounds: 11,
  quick: true,
  file: import.meta.url,
  async run(name) {
    const started = performance.now();
    await begin(name);
    return { figures: { ms: performance.now() - started } };
  },
  judge(summaries) {
    const goal = 'at most 5 ms over importing the binding';
    const ours = summaries.of('sdk-events', 'ms')?.value.median;
    const raw = summaries.of('raw', 'ms')?.value.median;
    if (ours === undefined || raw === undefined) return [{ goal, measured: 'not measured', met: undefined }];
    return [{ goal, measured: `${(ours - raw).toFixed(1)} ms more`, met: ours - raw <= 5 }];
  },
};
