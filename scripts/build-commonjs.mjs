/**
 * Writes `dist/cjs`: the built modules once more, file by file, for `require()` on Node versions that cannot
 * require an ES module (before 20.19 and 22.12). Newer ones get the ES modules either way, by the condition
 * `module-sync`, so that a process has one copy.
 */
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const cjs = join(dist, 'cjs');
/** ES modules for good: vitest itself, loaders and commands, and what is served to browsers. */
const ONLY_ESM =
  /^(testing\/vitest\/|cli\/|doctor\/|inspector\/((page|model)\/|preload\.|inspected-settings\.)|browser\/|signaling\/server\/cli\.|compat\/(register|resolve-hook)\.)/;

const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !file.startsWith('cjs/') && !ONLY_ESM.test(file));

const modules = files.filter((file) => file.endsWith('.js'));
// Tools that read names from the text of a module do not find a default export in a minified one.
const withDefault = modules.filter((file) => /^compat\/(index|polyfill)\.js$/.test(file));
const options = {
  outdir: cjs,
  outbase: dist,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  // The modules find their place by `__filename` then (src/native/packages.ts).
  logOverride: { 'empty-import-meta': 'silent' },
};
const paths = (names) => names.map((file) => join(dist, file));
await build({ ...options, entryPoints: paths(withDefault) });
// A copy for few, and half of the tarball otherwise.
const others = modules.filter((file) => !withDefault.includes(file));
await build({ ...options, entryPoints: paths(others), minifyWhitespace: true });
for (const file of files.filter((file) => file.endsWith('.d.ts'))) cpSync(join(dist, file), join(cjs, file));
writeFileSync(join(cjs, 'package.json'), '{ "type": "commonjs" }\n');
