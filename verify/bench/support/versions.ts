import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { peerVersions } from '../candidates/peer-packages.js';

/** What the figures were measured on. The binding's entry is `dist/cjs/lib/index.cjs`. */
export function versions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('node-datachannel')), '..', '..', '..');
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const processors = cpus();
  return {
    'Node.js': process.version,
    'node-datachannel': version,
    ...peerVersions(),
    platform: `${process.platform}-${process.arch}`,
    cores: `${processors.length} (${processors[0]?.model.trim() ?? 'unknown'})`,
  };
}
