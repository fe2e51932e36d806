import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resolvePackage } from './own-package.js';

/** Versions of node-datachannel that the tests and the hazard matrix ran on; see docs/compatibility.md. */
export const VERIFIED_VERSIONS: readonly string[] = ['0.33.1', '0.33.2', '0.33.3', '0.33.4'];

/** The version of the installed node-datachannel, or `undefined` when its package.json is not where it should be. */
export function bindingVersion(): string | undefined {
  try {
    // Not an export of the package: looked for upwards from its entry.
    let folder = dirname(resolvePackage('node-datachannel'));
    for (let level = 0; level < MOST_LEVELS; level++, folder = dirname(folder)) {
      const found = readPackage(join(folder, 'package.json'));
      if (found?.name === 'node-datachannel') return found.version;
    }
  } catch {
    // Not installed: whoever loads it says so.
  }
  return undefined;
}

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
}

function readPackage(file: string): PackageJson | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
  } catch {
    return undefined;
  }
}

/** The entry is `dist/cjs/lib/index.cjs`. */
const MOST_LEVELS = 6;
