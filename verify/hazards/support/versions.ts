import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';

export interface Versions {
  readonly binding: string;
  readonly node: string;
  readonly platform: string;
}

/** What the matrix is measured on. The binding's entry is `dist/cjs/lib/index.cjs`. */
export function versions(binding?: string): Versions {
  const require = createRequire(import.meta.url);
  const folder = binding ?? join(dirname(require.resolve('node-datachannel')), '..', '..', '..');
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const system = `${process.platform}-${process.arch}, ${cpus().length} cores`;
  return { binding: version, node: process.version, platform: system };
}
