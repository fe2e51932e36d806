import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../support/child.js';

const run = promisify(execFile);

export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

/** The package as it is published. */
export interface Packed {
  readonly tarball: string;
  /** Bytes of the tarball. */
  readonly size: number;
  readonly files: readonly PackedFile[];
}

/** The environment variable with the file that describes what `setup()` packed. */
const PACKED_VARIABLE = 'TEST_PACKED';

const isBuilt = () => existsSync(join(ROOT, 'dist', 'index.js'));

/** For what runs `dist` itself: `npm test` has built it, a run of one file may not have. */
export async function built(): Promise<void> {
  if (!isBuilt()) await run('npm', ['run', 'build'], { cwd: ROOT });
}

/** Once for a run: several tests install the package, and packing takes seconds. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[PACKED_VARIABLE] !== undefined || !isBuilt()) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  const file = join(folder, 'packed.json');
  process.env[PACKED_VARIABLE] = file;
  await writeFile(file, JSON.stringify(await pack(folder)));
  return () => rm(folder, { recursive: true, force: true });
}

/** What `setup()` packed, or else packed now, into `folder`; built first where it is not. */
export async function packed(folder: string): Promise<Packed> {
  const file = process.env[PACKED_VARIABLE];
  if (file !== undefined) return JSON.parse(readFileSync(file, 'utf8')) as Packed;
  await built();
  return pack(folder);
}

async function pack(folder: string): Promise<Packed> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT });
  const [reported] = JSON.parse(stdout) as [{ filename: string; size: number; files: PackedFile[] }];
  const { filename, size, files } = reported;
  return { tarball: join(folder, filename), size, files };
}
