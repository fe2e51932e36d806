// bundle.mjs BUNDLER ENTRY FOLDER: puts the bundle into FOLDER, prints the name of the file to run. The settings are
// those of docs/bundling.md: what makes the bundler make a program for Node, and nothing about this package.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const [, , name, entry, folder] = process.argv;
const context = dirname(resolve(entry));

async function esbuild(format, more = {}) {
  const { build } = await import('esbuild');
  const file = format === 'esm' ? 'main.mjs' : 'main.cjs';
  const outfile = join(folder, file);
  const options = { entryPoints: [entry], bundle: true, platform: 'node', format, outfile, ...more };
  const { warnings } = await build(options);
  if (warnings.length > 0) throw new Error(warnings[0].text);
  return file;
}

async function webpack(output, experiments = {}) {
  const { default: make } = await import('webpack');
  const compiler = make({
    ...{ mode: 'production', target: 'node20', context, entry: resolve(entry), experiments },
    output: { path: resolve(folder), ...output },
    // Short names are tried with esbuild: webpack's minifier takes longer than all the rest here.
    optimization: { minimize: false },
  });
  const { compilation } = await promisify(compiler.run.bind(compiler))();
  // `ws` has optional packages of its own, of which webpack warns.
  const warnings = compilation.warnings.filter(({ module }) => module?.resource?.includes('scoped-rtc'));
  const [problem] = [...compilation.errors, ...warnings];
  if (problem) throw new Error(problem.message);
  return output.filename;
}

async function rollup(format) {
  const { rollup: make } = await import('rollup');
  const { default: nodeResolve } = await import('@rollup/plugin-node-resolve');
  const { default: commonjs } = await import('@rollup/plugin-commonjs');
  const bundle = await make({ input: entry, plugins: [nodeResolve({ preferBuiltins: true }), commonjs()] });
  const file = format === 'es' ? 'main.mjs' : 'main.cjs';
  await bundle.write({ file: join(folder, file), format, inlineDynamicImports: true });
  return file;
}

async function vite(ssr) {
  const { build } = await import('vite');
  await build({
    ...{ root: context, configFile: false, logLevel: 'error', ssr },
    build: {
      ...{ ssr: resolve(entry), outDir: resolve(folder), emptyOutDir: false },
      rollupOptions: { output: { entryFileNames: 'main.mjs' } },
    },
  });
  return 'main.mjs';
}

async function ncc() {
  const { default: make } = await import('@vercel/ncc');
  const { code, assets } = await make(resolve(entry), { quiet: true });
  for (const [file, { source }] of Object.entries({ 'main.mjs': { source: code }, ...assets })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source);
  }
  return 'main.mjs';
}

async function tsup(format, noExternal = []) {
  const { build } = await import('tsup');
  const js = format === 'esm' ? '.mjs' : '.cjs';
  await build({
    ...{ entry: { main: entry }, outDir: folder, format, noExternal },
    ...{ silent: true, config: false, outExtension: () => ({ js }) },
  });
  return `main${js}`;
}

const BUNDLERS = {
  'esbuild, CommonJS': () => esbuild(undefined),
  'esbuild, ES module': () => esbuild('esm'),
  'esbuild, minified': () => esbuild('esm', { minify: true }),
  'webpack, CommonJS': () => webpack({ filename: 'main.cjs' }),
  'webpack, ES module': () =>
    webpack({ filename: 'main.mjs', module: true, library: { type: 'module' } }, { outputModule: true }),
  'rollup, CommonJS': () => rollup('cjs'),
  'rollup, ES module': () => rollup('es'),
  'vite SSR': () => vite({}),
  'vite SSR, noExternal': () => vite({ noExternal: true }),
  ncc: () => ncc(),
  'tsup, ES module': () => tsup('esm'),
  'tsup, CommonJS, noExternal': () => tsup('cjs', [/^scoped-rtc/]),
};

mkdirSync(folder, { recursive: true });
process.stdout.write(await BUNDLERS[name]());
