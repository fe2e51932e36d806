import { describe, expect, it } from 'vitest';
import { PEERS } from '../../verify/interop/peers.js';
import { Child } from '../support/child.js';

const RUN = new URL('../../verify/interop/run.ts', import.meta.url);

/** One scenario of a kind; `npm run interop` has the rest, and more peers. */
const SCENARIOS = ['they-offer', 'we-leave', 'track-later', 'fifty-at-once'];
const CROSSING = 'glare-we-polite';
const BY_PEER: Readonly<Record<string, readonly string[]>> = {
  chromium: [...SCENARIOS, CROSSING],
  firefox: [...SCENARIOS, CROSSING],
  pion: SCENARIOS,
  aiortc: SCENARIOS,
};

const isInstalled = (peer: string) => PEERS[peer]?.find() !== undefined;
/** The browsers are services of this project; the others are asked where somebody has installed them. */
const peers = Object.entries(BY_PEER).filter(
  ([peer]) => ['chromium', 'firefox'].includes(peer) || isInstalled(peer),
);

describe.each(peers)('the matrix of interoperability, with %s,', (peer, scenarios) => {
  it.skipIf(!isInstalled(peer))(`is green for ${scenarios.join(', ')}`, async () => {
    const chosen = scenarios.flatMap((name) => ['--scenario', name]);
    const run = new Child(RUN, ['--json', '--together', '--peer', peer, ...chosen], { timeout: 110_000 });
    const { lines, stderr } = await run.ended;
    const faults = Object.fromEntries(lines.map((line) => [line.scenario, line.faults]));
    expect(faults, stderr).toEqual(Object.fromEntries(scenarios.map((name) => [name, []])));
  });
});
