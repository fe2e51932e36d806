// Builds the module for web pages into one file that needs nothing else.
//
//     node scripts/build-browser.mjs       writes dist/browser/index.js
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const TARGET = new URL('../dist/browser/index.js', import.meta.url);

/** The module, as text. */
export async function buildBrowserModule() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../src/browser/index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    ignoreAnnotations: true, // package.json speaks of the bundled files
  });
  return outputFiles[0].text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(fileURLToPath(TARGET)), { recursive: true });
  writeFileSync(TARGET, await buildBrowserModule());
}
