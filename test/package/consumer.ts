import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../support/child.js';
import { packed, type Packed, type PackedFile } from './packed.js';

const run = promisify(execFile);
const MODULES = join(ROOT, 'node_modules');

/** A project that has nothing but the packed tarball, and what that may depend on. */
export class Consumer implements Disposable {
  readonly folder: string;
  readonly files: readonly PackedFile[];
  /** Bytes of the tarball. */
  readonly packedSize: number;

  private constructor(folder: string, { files, size }: Packed) {
    this.folder = folder;
    this.files = files;
    this.packedSize = size;
  }

  /** `more`: packages besides its own dependencies, as a user would install them. */
  static async make(...more: string[]): Promise<Consumer> {
    const folder = mkdtempSync(join(tmpdir(), 'consumer-'));
    try {
      const version = await packed(folder);
      const installed = join(folder, 'node_modules', 'scoped-rtc');
      mkdirSync(installed, { recursive: true });
      await run('tar', ['-xzf', version.tarball, '--strip-components=1', '-C', installed]);
      for (const dependency of [
        'eventemitter3',
        'node-datachannel',
        '@node-datachannel',
        'detect-libc',
        'ws',
        '@types',
        ...more,
      ]) {
        symlinkSync(join(MODULES, dependency), join(folder, 'node_modules', dependency));
      }
      cpSync(new URL('consumer', import.meta.url), folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
      return new Consumer(folder, version);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Runs a program of the project; its output, without the last line feed. */
  async run(command: string, ...args: string[]): Promise<string> {
    try {
      const { stdout } = await run(command, args, { cwd: this.folder, timeout: LONGEST_MS });
      return stdout.trimEnd();
    } catch (cause) {
      const { stdout, stderr } = cause as { stdout?: string; stderr?: string };
      throw new Error(`${command} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause });
    }
  }

  /** Runs a program of the package's own development dependencies. */
  bin(name: string, ...args: string[]): Promise<string> {
    return this.run(process.execPath, join(MODULES, name), ...args);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Milliseconds for one program. */
const LONGEST_MS = 60_000;
