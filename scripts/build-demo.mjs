// Puts examples/demo.ts into one file beside the command `scoped-rtc demo`, which runs it.
//
//     node scripts/build-demo.mjs       writes dist/cli/demo.js
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

await build({
  entryPoints: [fileURLToPath(new URL('../examples/demo.ts', import.meta.url))],
  outfile: fileURLToPath(new URL('../dist/cli/demo.js', import.meta.url)),
  bundle: true,
  external: ['scoped-rtc', 'scoped-rtc/*'], // the package's own entries, found by its name
  format: 'esm',
  platform: 'node',
  target: 'node20',
});
