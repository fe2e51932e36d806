// Builds the module for web pages into one file that needs nothing else.
//
//     node scripts/build-browser.mjs       writes dist/browser/index.js
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const TARGET = new URL('../dist/browser/index.js', import.meta.url);

/** Names of properties that neither a page nor the wire sees: they are made short. */
const INTERNAL =
  /^(absentFrom|accept|after|afterTurn|allows|arrived|attachment|backoff|beforeNextSocket|bytes|changed|clock|confirmed|consume|credentials|detached|emptied|ended|enter|entered|fail|forget|granted|incoming|iterate|iteration|listener|lost|mayWrite|messages|onClosed|onMessage|ours|outbox|progressTo|reset|resume|route|session|shortenClosing|subscription|target|theirs|thrown|transmit|transport|uncaught|untaken|wrote)$/;

/** The module, as text. */
export async function buildBrowserModule() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../src/browser/index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    mangleProps: INTERNAL,
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
