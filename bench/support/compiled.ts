import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** This folder and `src` as plain JavaScript in a temporary folder, so that no loader is measured. */
export class Compiled implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<Compiled> {
    // Below node_modules, so that packages are found from there.
    const cache = join(ROOT, 'node_modules', '.cache');
    await mkdir(cache, { recursive: true });
    const folder = await mkdtemp(join(cache, 'bench-'));
    try {
      await compile(folder);
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return new Compiled(folder);
  }

  /** The compiled file of a source file, given by its URL. */
  file(source: string): string {
    return join(this.#folder, relative(ROOT, fileURLToPath(source)).replace(/\.ts$/, '.js'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function compile(folder: string): Promise<void> {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  const project = join(ROOT, 'bench/tsconfig.json');
  const child = spawn(process.execPath, [compiler, '-p', project, '--noCheck', '--outDir', folder], {
    timeout: 60_000,
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the programs do not compile:\n${output}`));
    });
  });
}
