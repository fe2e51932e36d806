import type { FileHandle } from 'node:fs/promises';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ByteSink } from './file-transfer.js';

/**
 * A file that exists under its name only when it is complete. Until `finish()` it is `NAME.part`, and disposing
 * it before removes that. An existing file is never overwritten.
 */
export class PartialFile implements ByteSink, AsyncDisposable {
  readonly path: string;
  readonly #handle: FileHandle;
  #finished = false;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** `name` comes from the peer: only its last part is used. */
  static async create(folder: string, name: string): Promise<PartialFile> {
    const safe = basename(name.replaceAll('\\', '/'));
    if (safe === '' || safe === '.' || safe === '..') throw new Error(`unusable file name "${name}"`);
    await mkdir(folder, { recursive: true });
    const path = join(folder, safe);
    if (await exists(path)) throw new Error(`${path} exists already`);
    return new PartialFile(path, await open(`${path}.part`, 'wx'));
  }

  async write(chunk: Buffer): Promise<void> {
    // Not write(): that one may take less than it was given.
    await this.#handle.writeFile(chunk);
  }

  async finish(): Promise<void> {
    await this.#handle.sync();
    await rename(`${this.path}.part`, this.path);
    this.#finished = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
    if (!this.#finished) await rm(`${this.path}.part`, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
