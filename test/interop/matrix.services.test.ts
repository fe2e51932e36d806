import { beforeAll, describe, expect, it } from 'vitest';
import { PEERS } from '../../verify/interop/peers.js';
import { Child } from '../support/child.js';
import { packagesOf } from './libraries.js';

const RUN = new URL('../../verify/interop/run.ts', import.meta.url);
/** Of one that has to be built, where .ci/run has not done it before. */
const BUILD_MS = 300_000;

/** One scenario of a kind; `npm run interop` has the rest, and more peers. */
const SCENARIOS = ['they-offer', 'we-leave', 'track-later', 'fifty-at-once'];
const CROSSING = 'glare-we-polite';
/** These start in a second, and take less than one for most scenarios. */
const LIGHT = [
  ...[
    'they-offer',
    'we-leave',
    'we-close-channel',
    'they-close',
    'kinds',
    'fifty-at-once',
    'hundred-in-turn',
  ],
  ...['they-close-connection', 'they-offer-again', 'track-later'],
];
const BY_PEER: Readonly<Record<string, readonly string[]>> = {
  chromium: [...SCENARIOS, CROSSING],
  firefox: [...SCENARIOS, CROSSING],
  pion: [...LIGHT, 'they-close-channel', 'they-restart-ice', 'they-remove-and-put-back', 'they-reject'],
  aiortc: LIGHT,
};

describe.each(Object.entries(BY_PEER))('the matrix of interoperability, with %s,', (peer, scenarios) => {
  const isInstalled = PEERS[peer]?.find() !== undefined;

  beforeAll(async () => {
    if (isInstalled) await PEERS[peer]?.prepare?.();
  }, BUILD_MS);

  it.skipIf(!isInstalled)(
    `is green for ${scenarios.join(', ')}; needs Debian's ${packagesOf(peer)}`,
    async () => {
      const chosen = scenarios.flatMap((name) => ['--scenario', name]);
      const run = new Child(RUN, ['--json', '--together', '--peer', peer, ...chosen], { timeout: 110_000 });
      const { lines, stderr } = await run.ended;
      const faults = Object.fromEntries(lines.map((line) => [line.scenario, line.faults]));
      expect(faults, stderr).toEqual(Object.fromEntries(scenarios.map((name) => [name, []])));
    },
  );
});
