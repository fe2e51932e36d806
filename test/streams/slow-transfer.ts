import { createHash, type Hash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { DataChannel } from 'scoped-rtc';

export interface Transfer {
  readonly sentHash: string;
  readonly receivedHash: string;
  readonly receivedBytes: number;
  /** Most bytes of buffers that something still referred to, above what it was before. */
  readonly heldBytes: number;
  /** Most memory of the process, garbage included, above what it was before, in bytes. */
  readonly memoryGrowth: number;
}

const CHUNK = 1024 * 1024;
/** The reader looks up from its work after so many bytes. */
const BREATH = 4 * CHUNK;

/** Sends `bytes` bytes through streams over the two ends to a reader that pauses `pauseMs` after every 4 MiB. */
export async function slowTransfer(
  near: DataChannel,
  far: DataChannel,
  bytes: number,
  pauseMs: number,
): Promise<Transfer> {
  const sent = createHash('sha256');
  const received = createHash('sha256');
  let receivedBytes = 0;
  const before = measure();
  const most = { ...before };
  const reader = new Writable({
    highWaterMark: 256 * 1024,
    write(chunk: Buffer, _encoding, done) {
      received.update(chunk);
      const breaths = Math.floor(receivedBytes / BREATH);
      receivedBytes += chunk.length;
      if (Math.floor(receivedBytes / BREATH) === breaths) {
        done();
        return;
      }
      const now = measure();
      most.held = Math.max(most.held, now.held);
      most.all = Math.max(most.all, now.all);
      setTimeout(done, pauseMs);
    },
  });
  const options = { window: 4 * CHUNK };
  await Promise.all([
    pipeline(Readable.from(chunks(bytes, sent)), near.toDuplex(options), drain()),
    pipeline(Readable.from([]), far.toDuplex(options), reader),
  ]);
  return {
    sentHash: sent.digest('hex'),
    receivedHash: received.digest('hex'),
    receivedBytes,
    heldBytes: most.held - before.held,
    memoryGrowth: most.all - before.all,
  };
}

function* chunks(bytes: number, hash: Hash): Generator<Buffer> {
  let state = 1;
  for (let left = bytes; left > 0; left -= CHUNK) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, left));
    // Cheap and different in every place: a message that is lost, doubled or moved changes the hash.
    for (let at = 0; at + 4 <= chunk.length; at += 4) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      chunk.writeUInt32LE(state, at);
    }
    hash.update(chunk);
    yield chunk;
  }
}

/** Where the other direction goes, in which nothing is sent. */
function drain(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

function measure(): { held: number; all: number } {
  const { rss } = process.memoryUsage();
  collectGarbage();
  return { held: process.memoryUsage().arrayBuffers, all: rss };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
