/**
 * Runs the samples that `docs/testing.md` shows and writes what vitest said into it.
 *
 *     node --import tsx test/testing/sample/write-docs.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { GUIDE, samplesIn, withSamples } from '../sample-docs.js';
import { runSamples } from '../sample-results.js';

const guide = readFileSync(GUIDE, 'utf8');
writeFileSync(GUIDE, withSamples(guide, await runSamples(samplesIn(guide))));
