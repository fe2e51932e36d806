// Removes from dist what no entry of the package reaches: declarations and CommonJS files of what was bundled or is internal.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const { bin, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** All files that the package names, whatever the condition. */
const named = (value) =>
  typeof value === 'string' ? [join(root, value)] : Object.values(value).flatMap(named);

const reached = new Set();
const reach = (file) => {
  if (reached.has(file) || !existsSync(file)) return;
  reached.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, target] of text.matchAll(/(?:from|import|require|URL)\s*\(?\s*["'](\.[^"']+)["']/g)) {
    const path = join(dirname(file), target);
    reach(path);
    if (file.endsWith('.d.ts')) reach(path.replace(/\.js$/, '.d.ts'));
  }
};
[...named(exports), ...named(bin)].forEach(reach);

const isPrunable = (file) =>
  file.endsWith('.d.ts') || (file.includes(join('dist', 'cjs')) && file.endsWith('.js'));
let pruned = 0;
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  const file = join(dist, name);
  if (!isPrunable(file) || reached.has(file)) continue;
  rmSync(file);
  pruned++;
  if (process.argv.includes('--list')) console.log(name);
}
console.log(`${pruned} files that no entry reaches were removed from dist`);
