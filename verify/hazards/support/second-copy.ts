import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

type Package = typeof import('../../../src/index.js');

let copies = 0;

/** Another copy of this package, as a second version or a reloaded module is one: none of its code is shared. */
export async function secondCopy(): Promise<Package> {
  // Where `Compiled` put program.ts, its modules and the files that they share.
  const folder = fileURLToPath(new URL('../../../', pathToFileURL(process.argv[1] ?? '')));
  const target = join(folder, `copy-${process.pid}-${copies++}`);
  for (const name of readdirSync(folder)) {
    if (!name.startsWith('copy-')) cpSync(join(folder, name), join(target, name), { recursive: true });
  }
  return (await import(pathToFileURL(join(target, 'src/index.js')).href)) as Package;
}
