/**
 * Puts the built ES modules into few files: importing the package takes a quarter of the time. Declarations stay as they
 * are, and so does `dist/cjs`. What the entries share lies in `dist/chunks`, so that there is one copy of everything.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const emitter = join(root, 'node_modules/eventemitter3');
const { exports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What `package.json` names. */
const named = [
  ...Object.values(exports).map((entry) => entry.import?.default ?? entry.default),
  ...Object.values(bin),
]
  // The browser's module has a bundle of its own (build-browser.mjs).
  .filter((file) => file?.endsWith('.js') && !file.startsWith('./dist/browser/'))
  .map((file) => join(root, file));
const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.js') && !file.startsWith('cjs/'));
/**
 * Run by their path, or once for each package that imports them: what those have in common must not be in them, so its
 * roots are entries as well.
 */
const byPath = files
  .filter((file) =>
    /^(doctor\/programs\/|inspector\/(preload|inspected-runtime)\.|compat\/(resolve-hook|(package|polyfill)-api)\.)/.test(
      file,
    ),
  )
  .map((file) => join(dist, file));

const entryPoints = [...new Set([...named, ...byPath])];
/** Hooks of module resolution run in every process and thread, so they bring nothing else along. */
const alone = /[/\\](compat[/\\](register|resolve-hook)|inspector[/\\]preload)\.js$/;

/**
 * A chunk holds what the same entries need. So that what the main entry needs is one file, the others need it whole:
 * opening a file takes Node longer than reading what is in it. Importing a CommonJS package takes it longer than all the
 * rest of this one, so eventemitter3 is taken in, with its licence, and as the ES module that it has as well: CommonJS
 * would need a file with esbuild's wrapper.
 */
const fewFiles = {
  name: 'few files',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /\.js$/ }, ({ path }) =>
      entryPoints.includes(path) && !alone.test(path)
        ? { contents: `${readFileSync(path, 'utf8')}\nimport ${JSON.stringify(join(dist, 'index.js'))};` }
        : undefined,
    );
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (path === 'eventemitter3') return { path: join(emitter, 'dist/eventemitter3.esm.js') };
      return kind === 'entry-point' ? undefined : { path, external: true };
    });
  },
};

const { outputFiles } = await build({
  entryPoints,
  outdir: dist,
  outbase: dist,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  plugins: [fewFiles],
  legalComments: 'inline',
  ignoreAnnotations: true, // package.json speaks of the bundled files
  write: false,
});
for (const file of files) rmSync(join(dist, file));
for (const { path, contents } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
copyFileSync(join(emitter, 'LICENSE'), join(dist, 'chunks/eventemitter3.LICENSE.txt'));
