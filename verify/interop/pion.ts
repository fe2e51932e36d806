import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, ROOT } from '../../test/support/child.js';

const LIBRARY = '/usr/share/gocode/src/github.com/pion/webrtc';
const SOURCE = fileURLToPath(new URL('programs/pion/main.go', import.meta.url));
const SCRIPT = fileURLToPath(new URL('programs/pion/build.sh', import.meta.url));
const BUILDS = join(ROOT, 'node_modules', '.cache', 'interop');
/** A cold build takes 25 s of processor time. */
const BUILD_MS = 300_000;

/** Whether Debian's packages are there: a compiler for Go, and pion's sources. */
const isInstalled = () => existsSync(LIBRARY) && spawnSync('go', ['version']).status === 0;

let file: string | undefined;

/** Where the program of this peer is, or will be: another source, and other packages, make another program. */
export function findPion(): readonly [string] | undefined {
  if (!isInstalled()) return undefined;
  if (file === undefined) {
    const query = ['-W', '-f', '${Package} ${Version}\n', 'golang-go', 'golang-github-pion-*'];
    const hash = createHash('sha256').update(spawnSync('dpkg-query', query).stdout ?? '');
    for (const each of [SOURCE, SCRIPT]) hash.update(readFileSync(each));
    file = join(BUILDS, `pion-${hash.digest('hex').slice(0, 16)}`);
  }
  return [file];
}

/** Two builds at once each make the whole program, and the later one replaces the same. */
export async function buildPion(): Promise<void> {
  const [built] = findPion() ?? [];
  if (built === undefined || existsSync(built)) return;
  mkdirSync(BUILDS, { recursive: true });
  const unfinished = `${built}.${process.pid}`;
  const { code, stderr } = await new Child(SCRIPT, [unfinished], { timeout: BUILD_MS }).ended;
  if (code !== 0) throw new Error(`pion could not be built: ${stderr}`);
  renameSync(unfinished, built);
}
