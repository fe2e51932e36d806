import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from '../../../test/support/child.js';

/**
 * A folder of measurements and `src` as plain JavaScript, in a temporary folder. A child process starts from it in a
 * tenth of a second, several times faster than through a loader, which would also be measured.
 */
export class Compiled implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(project: keyof typeof ENTRIES = 'hazards'): Promise<Compiled> {
    // Below node_modules, so that packages are found from there.
    const cache = join(ROOT, 'node_modules', '.cache');
    await mkdir(cache, { recursive: true });
    const folder = await mkdtemp(join(cache, `${project}-`));
    try {
      await compile(project, folder);
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return new Compiled(folder);
  }

  /** The compiled file of a source file, given by its URL. */
  file(source: string): string {
    const inside = relative(ROOT, fileURLToPath(source)).replace(/\.ts$/, '.js');
    return join(this.#folder, inside);
  }

  url(source: string): string {
    return pathToFileURL(this.file(source)).href;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The files that child processes start with or import by their URL; no other entry may import them. */
const ENTRIES = {
  hazards: [
    'verify/hazards/support/program.ts',
    'verify/hazards/rows/*.ts',
    'verify/fuzz/program.ts',
    'src/index.ts',
  ],
  bench: [
    'verify/bench/support/program.ts',
    'verify/bench/scenarios/*.ts',
    'verify/bench/link/answerer.ts',
    'verify/bench/link/relay.ts',
  ],
  simulation: ['verify/simulation/worker.ts'],
} as const;

/** What several of them import goes into files of its own, so that a process reads few. */
async function compile(project: keyof typeof ENTRIES, folder: string): Promise<void> {
  await build({
    entryPoints: [...ENTRIES[project]],
    ...{ absWorkingDir: ROOT, outdir: folder, outbase: ROOT },
    ...{ bundle: true, splitting: true, packages: 'external' },
    ...{ format: 'esm', platform: 'node', target: 'node20', logLevel: 'error' },
  });
}
