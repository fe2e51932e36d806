import { createCipheriv } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

/** Bytes to send: a name, their number, and the chunks they come in. */
export interface ByteSource {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  chunks(): AsyncIterable<Buffer>;
}

/** 64 KiB: large enough that the cost of a message does not count, and every WebRTC peer takes it. */
const CHUNK_BYTES = 64 * 1024;

export async function fileSource(path: string): Promise<ByteSource> {
  const found = await stat(path);
  if (!found.isFile()) throw new Error(`${path} is not a file`);
  return {
    name: basename(path),
    size: found.size,
    chunks: () => createReadStream(path, { highWaterMark: CHUNK_BYTES }),
  };
}

/** The same bytes in every run: AES in counter mode over zeros, with an all-zero key. */
export function generatedSource(size: number): ByteSource {
  return {
    name: 'generated.bin',
    size,
    async *chunks() {
      const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
      for (let at = 0; at < size; at += CHUNK_BYTES) {
        yield cipher.update(Buffer.alloc(Math.min(CHUNK_BYTES, size - at)));
      }
    },
  };
}
