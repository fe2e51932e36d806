import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Package = typeof import('../../../src/index.js');

let copies = 0;

/** Another copy of this package, as a second version or a reloaded module is one: none of its code is shared. */
export async function secondCopy(): Promise<Package> {
  const source = new URL('../../../src/', import.meta.url);
  const target = new URL(`../../../src-copy-${process.pid}-${copies++}/`, import.meta.url);
  cpSync(fileURLToPath(source), fileURLToPath(target), { recursive: true });
  return (await import(new URL('index.js', target).href)) as Package;
}
