import { VERIFIED_VERSIONS } from '../native/binding-version.js';

/** Major versions of Node.js, and platforms, that the tests ran on; see docs/compatibility.md. */
const NODES: readonly number[] = [20, 22, 24, 26];
const PLATFORMS: readonly string[] = ['linux-x64-gnu'];

export interface Combination {
  readonly binding: string;
  /** Major version. */
  readonly node: number;
  readonly platform: string;
}

/** What about `found` has not been tested; empty when it is a known combination. */
export function unknownAbout({ binding, node, platform }: Combination): string[] {
  const unknown: string[] = [];
  if (!VERIFIED_VERSIONS.includes(binding)) unknown.push(`node-datachannel ${binding}`);
  if (!NODES.includes(node)) unknown.push(`Node ${node}`);
  if (!PLATFORMS.includes(platform)) unknown.push(platform);
  return unknown;
}
