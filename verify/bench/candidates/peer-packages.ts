import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { service } from '../../../test/support/services.js';
import type { CandidateName } from './names.js';

/** Candidates that are packages of this folder's own, not of the project. */
const PEERS: Partial<Record<CandidateName, string>> = { werift: 'werift', wrtc: '@roamhq/wrtc' };

/** What a candidate needs that is not installed. */
export const remedyOf = (candidate: CandidateName): string =>
  isToChromium(candidate)
    ? 'not installed: Chromium (apt-get install chromium, or CHROMIUM_PATH)'
    : 'not installed: run npm ci --prefix verify/bench';

/** Every process of a benchmark runs in the project's folder. */
const requireHere = createRequire(join(process.cwd(), 'verify', 'bench', 'package.json'));

export function requirePeer(name: string): unknown {
  return requireHere(name);
}

const isToChromium = (candidate: CandidateName): boolean => candidate.endsWith('-chromium');

/** False when `remedyOf` says what the candidate needs first. */
export function isInstalled(candidate: CandidateName): boolean {
  if (isToChromium(candidate)) return service('chromium') !== undefined;
  const name = PEERS[candidate];
  if (name === undefined) return true;
  try {
    requireHere.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Versions of the packages of this folder, by name. */
export function peerVersions(): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const name of Object.values(PEERS)) {
    try {
      const file = join(process.cwd(), 'verify', 'bench', 'node_modules', name, 'package.json');
      versions[name] = (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
    } catch {} // not installed
  }
  return versions;
}
