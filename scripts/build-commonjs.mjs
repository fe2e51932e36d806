/**
 * Writes `dist/cjs`: the built modules once more, file by file, for `require()` on Node versions that cannot
 * require an ES module (before 20.19 and 22.12). Newer ones get the ES modules either way, by the condition
 * `module-sync`, so that a process has one copy.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

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
await shareHelpers(others);
for (const file of files.filter((file) => file.endsWith('.d.ts'))) cpSync(join(dist, file), join(cjs, file));
writeFileSync(join(cjs, 'package.json'), '{ "type": "commonjs" }\n');

/** esbuild puts its helpers into each module, half a kilobyte of them; here they are one module. */
async function shareHelpers(names) {
  const all = "import one, * as ns from 'a';export * from 'b';export { one, ns };export default 1";
  const { code } = await transform(all, {
    format: options.format,
    platform: options.platform,
    minifyWhitespace: true,
  });
  const helpers = new Map();
  for (const [text, name] of code.matchAll(/var (__\w+)=.*?;(?=var )/g)) helpers.set(name, text);
  const shared = join(cjs, 'esbuild-helpers.js');
  writeFileSync(
    shared,
    `"use strict";${[...helpers.values()].join('')}module.exports={${[...helpers.keys()]}};\n`,
  );
  const STRICT = '"use strict";';
  for (const name of names) {
    const file = join(cjs, name);
    let text = readFileSync(file, 'utf8').replace(STRICT, '');
    const used = [];
    for (const [helper, definition] of helpers) {
      if (!text.startsWith(definition)) continue;
      used.push(helper);
      text = text.slice(definition.length);
    }
    if (text.startsWith('var __')) throw new Error(`${name} begins with a helper that is not known`);
    if (used.length === 0) continue;
    const path = relative(dirname(file), shared).replaceAll('\\', '/');
    writeFileSync(
      file,
      `${STRICT}var{${used}}=require("${path.startsWith('.') ? path : `./${path}`}");${text}`,
    );
  }
}
