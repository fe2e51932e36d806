import { createHash } from 'node:crypto';
import type { DataChannel, Message } from 'scoped-rtc';
import type { ByteSource } from './byte-source.js';
import { type Receipt, Receipts } from './receipts.js';

/** Where received bytes go. */
export interface ByteSink {
  /** What it has already from an earlier attempt. */
  existing?(): AsyncIterable<Buffer>;
  write(chunk: Buffer): Promise<void> | void;
  /** Everything is there and its hash is right. */
  finish?(): Promise<void> | void;
  /** What is there is not what the sender has. */
  discard?(): Promise<void> | void;
}

export interface Transferred {
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Called with the bytes so far and the bytes in all. */
export type Progress = (bytes: number, size: number) => void;

/**
 * More channels to the same peer, each of a connection of its own, opened by one end and accepted by the other in the same order.
 * The messages of a transfer go over the first channel and these in turn: a lost packet slows down one of them.
 */
export type Widen = (count: number) => Promise<readonly DataChannel[]>;

/** What the sender says in text; the file itself goes in binary messages between the two. */
type Frame = { type: 'file'; name: string; size: number; more: number } | { type: 'end'; sha256: string };

/** Over which a receiver takes one file. */
export const MOST_CONNECTIONS = 16;

/**
 * Bytes that may be on their way and not yet taken by the receiver's sink. `send` waits for the network, but
 * only the receiver knows how fast its disk is: it says what it took, and the sender stays this far ahead at most.
 */
const WINDOW_BYTES = 16 * 1024 * 1024;
const TELL_EVERY_BYTES = 1024 * 1024;

/**
 * Sends what the receiver does not have yet, and waits until it confirms the hash of everything. `more`: how many channels besides
 * this one.
 */
export async function sendBytes(
  channel: DataChannel,
  source: ByteSource,
  progress: Progress = () => {},
  more?: { readonly count: number; readonly open: Widen },
): Promise<Transferred> {
  const receipts = new Receipts(channel);
  const hash = createHash('sha256');
  let bytes = 0;
  await say(channel, { type: 'file', name: source.name, size: source.size, more: more?.count ?? 0 });
  const next = inTurn([channel, ...((await more?.open(more.count)) ?? [])]);
  const has = await receipts.untilBegun();
  for await (const chunk of source.chunks()) {
    hash.update(chunk);
    const isNew = chunk.subarray(Math.max(0, has - bytes));
    bytes += chunk.length;
    if (isNew.length === 0) continue;
    await receipts.untilTaken(bytes - WINDOW_BYTES);
    await next().send(isNew);
    progress(bytes, source.size);
  }
  const sha256 = hash.digest('hex');
  await say(next(), { type: 'end', sha256 });
  const confirmed = await receipts.untilDone();
  if (confirmed !== sha256) throw new Error(`the receiver has ${confirmed}, we sent ${sha256}`);
  return { name: source.name, bytes, sha256 };
}

/**
 * Receives what `sendBytes` sends, into the sink that `open` makes for it. Without `accept` a sender that wants more channels is
 * refused.
 */
export async function receiveBytes(
  channel: DataChannel,
  open: (name: string, size: number) => Promise<ByteSink> | ByteSink,
  progress: Progress = () => {},
  accept?: Widen,
): Promise<Transferred> {
  const { name, size, more } = expectFrame(await channel.nextMessage(), 'file');
  const accepted = accept ? MOST_CONNECTIONS - 1 : 0;
  if (!Number.isInteger(more) || more < 0 || more > accepted) {
    throw new Error(`the sender wants ${more} more connections; ${accepted} are accepted`);
  }
  const next = inTurn([channel, ...((await accept?.(more)) ?? [])]);
  const sink = await open(name, size);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of sink.existing?.() ?? []) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  let reported = bytes;
  await say(channel, { type: 'has', bytes });
  for (;;) {
    const message = await next().nextMessage();
    if (typeof message === 'string') {
      const { sha256 } = expectFrame(message, 'end');
      const own = hash.digest('hex');
      if (own !== sha256) {
        await sink.discard?.();
        throw new Error(`received ${own}, the sender says ${sha256}`);
      }
      await sink.finish?.();
      await say(channel, { type: 'done', sha256 });
      return { name, bytes, sha256 };
    }
    hash.update(message);
    await sink.write(message);
    bytes += message.length;
    progress(bytes, size);
    if (bytes - reported >= TELL_EVERY_BYTES && channel.state === 'open') {
      reported = bytes;
      // Not awaited: a sender that has gone away needs no receipt, and what it sent before is still to be taken.
      void say(channel, { type: 'taken', bytes });
    }
  }
}

/** One channel after the other, and again from the first. */
function inTurn(channels: readonly [DataChannel, ...DataChannel[]]): () => DataChannel {
  let turn = 0;
  return () => channels[turn++ % channels.length] ?? channels[0];
}

function say(channel: DataChannel, what: Frame | Receipt): Promise<void> {
  return channel.send(JSON.stringify(what));
}

function expectFrame<T extends Frame['type']>(message: Message, type: T): Extract<Frame, { type: T }> {
  if (typeof message !== 'string') throw new Error(`expected "${type}", got ${message.length} bytes`);
  const frame = JSON.parse(message) as Frame;
  if (frame.type !== type) throw new Error(`expected "${type}", got "${frame.type}"`);
  return frame as Extract<Frame, { type: T }>;
}
