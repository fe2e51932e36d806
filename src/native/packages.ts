import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import nodeModule from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** URL of the file with this code. A bundle in CommonJS has no `import.meta`; its own file stands for it. */
const HERE: string =
  (import.meta.url as string | undefined) ??
  pathToFileURL(typeof __filename === 'string' ? __filename : process.execPath).href;

/**
 * Where to look for packages. A bundler may have put the path of a build machine into `HERE`; what it left outside is
 * installed for the program then.
 */
function* bases(): Generator<string> {
  yield HERE;
  const [, program] = process.argv;
  if (program !== undefined) yield program;
}

/**
 * The file that `specifier` leads to, from this package or from the program. Throws what Node says where it is not
 * installed for either.
 */
export function resolvePackage(specifier: string): string {
  const before = resolved.get(specifier);
  if (before !== undefined) return before;
  let failure: unknown;
  for (const base of bases()) {
    try {
      const file = requireAt(base).resolve(specifier);
      resolved.set(specifier, file);
      return file;
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

const resolved = new Map<string, string>();

/** What `specifier` exports. Required rather than imported, so that loading is lazy and synchronous. */
export function requirePackage(specifier: string): unknown {
  return requireAt(HERE)(resolvePackage(specifier));
}

/**
 * Not the named import `createRequire`: webpack follows that, puts the package into the bundle, and there the package
 * does not find its addon.
 */
function requireAt(base: string): NodeJS.Require {
  return nodeModule.createRequire(base);
}

/** Folder of this package, with its package.json; `undefined` where this code is part of somebody's bundle. */
export function ownFolder(): string | undefined {
  own ??= { folder: findOwnFolder() };
  return own.folder;
}

let own: { readonly folder: string | undefined } | undefined;

function findOwnFolder(): string | undefined {
  if (!HERE.startsWith('file:')) return undefined;
  let folder = dirname(fileURLToPath(HERE));
  for (let level = 0; level < OWN_LEVELS; level++) {
    folder = dirname(folder);
    if (readPackage(folder)?.name === 'scoped-rtc') return folder;
  }
  return undefined;
}

/** Version of this package; `undefined` where this code is part of somebody's bundle. */
export function ownVersion(): string | undefined {
  const folder = ownFolder();
  return folder === undefined ? undefined : readPackage(folder)?.version;
}

/** Versions of node-datachannel that the tests and the hazard matrix ran on; see docs/compatibility.md. */
export const VERIFIED_VERSIONS: readonly string[] = ['0.33.1', '0.33.2', '0.33.3', '0.33.4'];

/** The version of the installed node-datachannel, or `undefined` when its package.json is not where it should be. */
export function bindingVersion(): string | undefined {
  try {
    // Not an export of the package: looked for upwards from its entry.
    let folder = dirname(resolvePackage('node-datachannel'));
    for (let level = 0; level < BINDING_LEVELS; level++, folder = dirname(folder)) {
      const found = readPackage(folder);
      if (found?.name === 'node-datachannel') return found.version;
    }
  } catch {
    // Not installed: whoever loads it says so.
  }
  return undefined;
}

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
}

function readPackage(folder: string): PackageJson | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
  } catch {
    return undefined;
  }
}

/** From `src/native`, `dist/chunks` or `dist/cjs/native`. */
const OWN_LEVELS = 3;
/** From `dist/cjs/lib/index.cjs` of node-datachannel. */
const BINDING_LEVELS = 6;
