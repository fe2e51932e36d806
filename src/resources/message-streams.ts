import { Duplex } from 'node:stream';
import { ReadableStream, WritableStream } from 'node:stream/web';
import { boolean, readOptions } from '../native/validate/argument.js';
import type { Message } from './message.js';
import type { MessageIterator } from './message-iterator.js';

/** What `send` takes. */
export type Sendable = string | ArrayBuffer | ArrayBufferView;

export interface DuplexStreamOptions {
  /** Hand text messages over as strings and keep message boundaries. Default false: a stream of bytes. */
  objectMode?: boolean;
}

interface Streamable {
  readonly maxMessageSize: number;
  readonly signal: AbortSignal;
  opened(): Promise<unknown>;
  send(data: Sendable): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): void;
  [Symbol.asyncIterator](): MessageIterator;
}

/**
 * Writing waits for room in the send buffer and cuts chunks larger than a message may be (bytes only).
 * Reading pulls: what is not read waits in the channel's receive buffer. Ending the writable side closes the
 * channel; destroying the stream aborts it.
 */
export function channelToDuplex(channel: Streamable, options: DuplexStreamOptions = {}): Duplex {
  const { objectMode = false } = readOptions<DuplexStreamOptions>(options, 'options', {
    objectMode: boolean,
  });
  const messages = channel[Symbol.asyncIterator]();
  return new Duplex({
    objectMode,
    async construct(done) {
      await finish(channel.opened(), done);
    },
    async read() {
      try {
        const { value, done } = await messages.next();
        if (done) this.push(null);
        // An empty chunk would be dropped and end the reading with it: ask again.
        else if (!objectMode && value.length === 0) this._read(0);
        else this.push(value);
      } catch (error) {
        this.destroy(error as Error);
      }
    },
    async write(chunk: string | Buffer, _encoding, done) {
      await finish(objectMode ? channel.send(chunk) : sendInPieces(channel, chunk), done);
    },
    async final(done) {
      await finish(channel.close(), done);
    },
    async destroy(error, done) {
      await messages.return();
      if (error) channel.abort(error);
      await channel.close().catch(() => {});
      done(error);
    },
  });
}

/** The same as a pair of web streams, one chunk a message. */
export function channelToWeb(channel: Streamable): {
  readable: ReadableStream<Message>;
  writable: WritableStream<Sendable>;
} {
  const messages = channel[Symbol.asyncIterator]();
  const readable = new ReadableStream<Message>(
    {
      async pull(controller) {
        const { value, done } = await messages.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await messages.return();
      },
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<Sendable>({
    start: async () => void (await channel.opened()),
    write: (chunk) => channel.send(chunk),
    close: () => channel.close(),
    abort: (reason) => channel.abort(reason),
  });
  return { readable, writable };
}

async function finish(work: Promise<unknown>, done: (error?: Error | null) => void): Promise<void> {
  try {
    await work;
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}

async function sendInPieces(channel: Streamable, chunk: string | Buffer): Promise<void> {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  const size = channel.maxMessageSize;
  for (let at = 0; at < bytes.length; at += size) await channel.send(bytes.subarray(at, at + size));
}
