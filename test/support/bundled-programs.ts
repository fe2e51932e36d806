import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { BUNDLES_VARIABLE, ROOT } from './child.js';

/** The programs in TypeScript that tests start, most of them several times. */
const PROGRAM =
  /^(?:test\/.*\/programs\/[^/]+|test\/testing\/sample\/run|verify\/(?:chaos\/worker|simulation\/(?:run|exhaust)|interop\/(?:run|cell|programs\/[^/]+)))\.ts$/;

/** It does that with the arguments of Node.js that it was given, the loader among them. */
const STARTS_ITSELF = /process\.execArgv|execPath/;

/** A module finds its files where its source stands, not where the bundle does. */
const placesOfSources: Plugin = {
  name: 'places of sources',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(path).href),
      ),
      loader: 'ts',
    }));
  },
};

/**
 * Once for a run: each program and the sources that it imports become one file of JavaScript. A child process starts
 * from it in an eighth of a second; through a loader for TypeScript it takes over half a second of processor time.
 */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[BUNDLES_VARIABLE] !== undefined) return undefined; // for another project of the same run
  // Below node_modules, so that packages are found from there.
  const cache = join(ROOT, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const outdir = mkdtempSync(join(cache, 'programs-'));
  process.env[BUNDLES_VARIABLE] = outdir;
  await build({
    entryPoints: programs(),
    outdir,
    outbase: ROOT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    ignoreAnnotations: true, // of package.json, which speaks of the package's own files
    sourcemap: 'linked',
    logLevel: 'error',
    plugins: [placesOfSources],
  });
  return () => rm(outdir, { recursive: true, force: true });
}

function programs(): string[] {
  return ['test', 'verify']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${folder}/${file.replaceAll('\\', '/')}`,
      ),
    )
    .filter((file) => PROGRAM.test(file))
    .map((file) => join(ROOT, file))
    .filter((file) => !STARTS_ITSELF.test(readFileSync(file, 'utf8')));
}
