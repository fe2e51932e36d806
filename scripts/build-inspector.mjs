// Builds the page of the inspector into one HTML file that needs nothing else.
//
//     node scripts/build-inspector.mjs       writes dist/inspector/page/index.html
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = new URL('../src/inspector/page/', import.meta.url);
const TARGET = new URL('../dist/inspector/page/index.html', import.meta.url);
const UPLOT_STYLES = new URL('../node_modules/uplot/dist/uPlot.min.css', import.meta.url);

/** The page, as text. */
export async function buildInspectorPage() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [fileURLToPath(new URL('main.jsx', PAGE))],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'inline',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const styles = readFileSync(UPLOT_STYLES, 'utf8') + readFileSync(new URL('style.css', PAGE), 'utf8');
  const minified = await build({
    stdin: { contents: styles, loader: 'css' },
    minify: true,
    write: false,
    target: 'es2022',
  });
  const parts = {
    '/* styles */': minified.outputFiles[0].text.trim(),
    '/* script */': outputFiles[0].text.trim(),
  };
  let html = readFileSync(new URL('template.html', PAGE), 'utf8');
  // As functions: text after a `$` would be taken for a pattern.
  for (const [mark, text] of Object.entries(parts)) html = html.replace(mark, () => text);
  return html.replace('<html', () => `${licences(Object.keys(metafile.inputs))}\n<html`);
}

/** The licences of the packages that the bundle contains, whole: minifying drops the comments that carry them. */
function licences(inputs) {
  const names = new Set(
    inputs.map((input) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]),
  );
  names.delete(undefined);
  const texts = [...names].sort().map((name) => {
    const folder = new URL(`../node_modules/${name}/`, import.meta.url);
    const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
    return `${name} ${version}\n\n${readFileSync(new URL('LICENSE', folder), 'utf8').trim()}`;
  });
  return `<!--\nThis file contains:\n\n${texts.join('\n\n')}\n-->`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(fileURLToPath(TARGET)), { recursive: true });
  writeFileSync(TARGET, await buildInspectorPage());
}
