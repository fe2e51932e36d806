import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The installed versions, read from files. Nothing is loaded. */
export interface Installation {
  readonly node: string;
  /** The platform as the names of the binding's packages have it, such as `linux-x64-gnu`. */
  readonly platform: string;
  /** Version of this package. */
  readonly own: string;
  /** Version of node-datachannel; `undefined` when it is not found. */
  readonly binding: string | undefined;
  /** The package with the addon for this platform; `undefined` when there is none. */
  readonly platformPackage: string | undefined;
  /** Path of the addon; `undefined` when it is missing. */
  readonly addon: string | undefined;
}

interface Manifest {
  readonly version: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export function readInstallation(): Installation {
  const require = createRequire(import.meta.url);
  const platform = platformName();
  const own = readManifest(fileURLToPath(new URL('../../package.json', import.meta.url)));
  const base = { node: process.version, platform, own: own?.version ?? 'unknown' };
  let entry: string;
  try {
    entry = require.resolve('node-datachannel');
  } catch {
    return { ...base, binding: undefined, platformPackage: undefined, addon: undefined };
  }
  // The entry is dist/cjs/lib/index.cjs; `package.json` itself is not exported.
  const folder = join(dirname(entry), '..', '..', '..');
  const manifest = readManifest(join(folder, 'package.json'));
  const wanted = `@node-datachannel/${platform}`;
  const platformPackage = wanted in (manifest?.optionalDependencies ?? {}) ? wanted : undefined;
  const addon = [...builtFiles(folder), ...packagedFile(entry, platformPackage)].find((file) =>
    existsSync(file),
  );
  return { ...base, binding: manifest?.version, platformPackage, addon };
}

/** Places in which the binding looks for an addon that was built on this machine, before it takes the packaged one. */
function builtFiles(folder: string): string[] {
  return ['build', 'build/Release', 'build/Debug'].map((place) =>
    join(folder, place, 'node_datachannel.node'),
  );
}

function packagedFile(entry: string, platformPackage: string | undefined): string[] {
  if (platformPackage === undefined) return [];
  try {
    return [createRequire(entry).resolve(platformPackage)];
  } catch {
    return [];
  }
}

function readManifest(file: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

function platformName(): string {
  const { platform, arch } = process;
  if (platform === 'win32') return `${platform}-${arch}-msvc`;
  return platform === 'linux' ? `${platform}-${arch}-${isMusl() ? 'musl' : 'gnu'}` : `${platform}-${arch}`;
}

/** The report of Node.js has the version of glibc; musl does not state one. */
function isMusl(): boolean {
  const settings = process.report as unknown as { excludeNetwork?: boolean; getReport(): unknown };
  const { excludeNetwork } = settings;
  if (excludeNetwork !== undefined) settings.excludeNetwork = true;
  try {
    const { header } = settings.getReport() as { header: { glibcVersionRuntime?: string } };
    return header.glibcVersionRuntime === undefined;
  } finally {
    if (excludeNetwork !== undefined) settings.excludeNetwork = excludeNetwork;
  }
}
