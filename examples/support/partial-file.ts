import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ByteSink } from './file-transfer.js';

/**
 * A file that exists under its name only when it is complete. Until `finish()` it is `NAME.part`, which stays when the
 * transfer is interrupted and is continued by the next one. An existing file is never overwritten.
 */
export class PartialFile implements ByteSink, AsyncDisposable {
  readonly path: string;
  readonly #part: string;
  readonly #handle: FileHandle;

  private constructor(path: string, part: string, handle: FileHandle) {
    this.path = path;
    this.#part = part;
    this.#handle = handle;
  }

  /** `name` comes from the peer: only its last part is used. */
  static async open(folder: string, name: string): Promise<PartialFile> {
    const safe = basename(name.replaceAll('\\', '/'));
    if (safe === '' || safe === '.' || safe === '..') throw new Error(`unusable file name "${name}"`);
    await mkdir(folder, { recursive: true });
    const path = join(folder, safe);
    if (await exists(path)) throw new Error(`${path} exists already`);
    const part = `${path}.part`;
    return new PartialFile(path, part, await open(part, 'a'));
  }

  existing(): AsyncIterable<Buffer> {
    return createReadStream(this.#part);
  }

  async write(chunk: Buffer): Promise<void> {
    // Not write(): that one may take less than it was given.
    await this.#handle.writeFile(chunk);
  }

  async finish(): Promise<void> {
    await this.#handle.sync();
    await rename(this.#part, this.path);
  }

  async discard(): Promise<void> {
    await rm(this.#part, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
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
