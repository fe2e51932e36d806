import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ROOT, runChild } from '../../../test/support/child.js';

/**
 * A folder of measurements and `src` as plain JavaScript, in a temporary folder. A child process starts from it in a
 * tenth of a second, several times faster than through a loader, which would also be measured.
 */
export class Compiled implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(project: 'hazards' | 'bench' | 'simulation' = 'hazards'): Promise<Compiled> {
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

async function compile(name: string, folder: string): Promise<void> {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  const project = join(ROOT, 'verify', name, 'tsconfig.json');
  const args = [compiler, '-p', project, '--noCheck', '--outDir', folder];
  const { code, stdout } = await runChild(process.execPath, args, { timeout: 120_000 });
  if (code !== 0) throw new Error(`the programs do not compile:\n${stdout}`);
}
