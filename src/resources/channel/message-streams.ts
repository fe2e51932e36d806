import { Duplex } from 'node:stream';
import type { ReadableStream, WritableStream } from 'node:stream/web';
import { boolean, integer, readOptions } from '../../arguments/argument.js';
import { RtcClosedError } from '../../errors/rtc-error.js';
import { type Clock, nextTurn } from '../../time/clock.js';
import { whenAborted } from '../../time/wait.js';
import type { Message, Sendable } from '../../native/validate/message.js';
import { WindowedEnd, type MessageStreamEnd, type Streamable } from './stream-window.js';

export interface WebStreamOptions {
  /**
   * Bytes that may be under way to this end before it has read them, from 1024. Give a window at **both** ends, not
   * necessarily the same: then a slow reader slows the writer down whatever the amount, either side may end before the
   * other, and an end by an error is an error at both. It takes messages of its own, see docs/streams.md.
   *
   * Default: none. The stream is the channel's messages and nothing else; what is not read waits in the channel's
   * `receiveBuffer`, and more than that ends it with `RTC_OVERFLOW`.
   */
  window?: number | undefined;
}

export interface DuplexStreamOptions extends WebStreamOptions {
  /** Hand text messages over as strings and keep message boundaries. Default false: a stream of bytes. */
  objectMode?: boolean | undefined;
}

export interface WebStreams {
  readable: ReadableStream<Message>;
  writable: WritableStream<Sendable>;
}

const windowField = integer(1024, Number.MAX_SAFE_INTEGER, 'bytes');

/**
 * Writing waits for room in the send buffer and cuts chunks larger than a message may be (bytes only).
 * Reading pulls: what is not read waits in the channel's receive buffer, or with a window at the other end.
 * Ending the writable side closes the channel, or with a window that direction; destroying the stream aborts it. When the
 * channel has closed a reader gets what is left and the end, and a writer that nobody reads beside an error. A write that is
 * refused because the channel is closing fails when that has ended; what a reader has not taken by then is dropped with it.
 */
export function channelToDuplex(
  channel: Streamable,
  clock: Clock,
  options: DuplexStreamOptions = {},
): Duplex {
  const { objectMode = false, window } = readOptions<DuplexStreamOptions>(options, 'options', {
    objectMode: boolean,
    window: windowField,
  });
  const end = endOf(channel, clock, window);
  let isOpening = true;
  let isGivenUp = false;
  let isWritten = false;
  let isReading = false;
  let isAsked = false;
  /** One message, without a promise. `false`: nothing was sent. */
  const sendsAtOnce = (chunk: string | Buffer): boolean =>
    (objectMode || (chunk.length > 0 && chunk.length <= end.maxMessageSize && typeof chunk !== 'string')) &&
    end.trySend(chunk);
  const stream = new Duplex({
    objectMode,
    // Without a window the channel ends in both directions at once.
    allowHalfOpen: window !== undefined,
    async construct(done) {
      const opened = end.opened().catch((error: unknown) => {
        if (!isGivenUp) throw error; // otherwise it is the consequence
      });
      await finish(opened, done);
      isOpening = false;
    },
    async read() {
      isAsked = true;
      if (isReading) return; // a listener reads while it is given a message
      isReading = true;
      try {
        while (isAsked && !this.destroyed) {
          const { value, done } = await end.next();
          if (done) {
            this.push(null);
            break;
          }
          // All that have arrived, as long as they are wanted: to wait takes longer than a small message.
          for (let message: Message | undefined = value; message !== undefined; message = end.take()) {
            // An empty chunk would be dropped and end the reading with it.
            if (!objectMode && message.length === 0) continue;
            isAsked = false;
            if ((!this.push(message) && !isAsked) || this.destroyed) break;
          }
        }
      } catch (error) {
        this.destroy(error as Error);
      }
      isReading = false;
    },
    async write(chunk: string | Buffer, _encoding, done) {
      isWritten = true;
      try {
        if (!sendsAtOnce(chunk)) await (objectMode ? end.send(chunk) : sendInPieces(end, chunk));
      } catch (error) {
        // It ends the stream, and the reading with it: before, a reader is given what the closing channel still hands over.
        if (isRefused(error, channel) && isRead(stream)) await handedOver(channel);
        done(error as Error);
        return;
      }
      done();
    },
    async final(done) {
      await finish(end.end(), done);
    },
    async destroy(error, done) {
      await end.stopReading();
      // A write that was refused since the channel is closing does not cut short what was written before.
      if (error && !isRefused(error, channel)) end.abort(error);
      await end.close().catch(() => {});
      done(error);
    },
  });
  const { destroy } = stream;
  stream.destroy = (error) => {
    // Node.js runs what is given as `destroy` above only when `construct` has ended.
    isGivenUp = isOpening;
    if (isGivenUp && error) end.abort(error);
    else if (isGivenUp) end.close().catch(() => {});
    return destroy.call(stream, error);
  };
  whenClosed(channel, (error) => {
    const isWriting = isWritten || stream.listenerCount('unpipe') > 0; // something is piped to it
    if (isWriting && !isRead(stream) && !stream.writableEnded) stream.destroy(error);
  });
  return stream;
}

const isRead = (stream: Duplex) => stream.readableFlowing !== null || stream.listenerCount('readable') > 0;

/** Something was not written since the channel was closing. */
const isRefused = (error: unknown, { path }: Streamable) =>
  error instanceof RtcClosedError && error.path === path;

/** Resolves when the channel has closed and a reader has had a turn to take what came before that. */
async function handedOver(channel: Streamable): Promise<void> {
  await channel.closed({ timeout: Number.POSITIVE_INFINITY });
  await nextTurn();
}

/** The same as a pair of web streams, one chunk a message. */
export function channelToWeb(channel: Streamable, clock: Clock, options: WebStreamOptions = {}): WebStreams {
  const { window } = readOptions<WebStreamOptions>(options, 'options', { window: windowField });
  const end = endOf(channel, clock, window);
  const readable = new globalThis.ReadableStream<Message>(
    {
      async pull(controller) {
        const { value, done } = await end.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => end.stopReading(),
    },
    { highWaterMark: 0 },
  );
  const writable = new globalThis.WritableStream<Sendable>({
    start: async (controller) => {
      whenClosed(channel, (error) => controller.error(error));
      // `abort` is called only when `start` has ended.
      const { signal } = controller as unknown as { signal: AbortSignal }; // not in @types/node 22
      const stop = whenAborted(signal, () => end.abort(signal.reason));
      try {
        await end.opened();
      } finally {
        stop();
      }
    },
    // A sink whose `write` has failed is told nothing more: it cleans up by itself.
    write: (chunk) =>
      end.send(chunk).catch((error: unknown) => {
        if (!isRefused(error, channel)) end.abort(error);
        throw error;
      }),
    close: () => end.end(),
    abort: (reason) => end.abort(reason),
  });
  return { readable, writable };
}

function endOf(channel: Streamable, clock: Clock, window: number | undefined): MessageStreamEnd {
  if (window !== undefined) return new WindowedEnd(channel, window, clock);
  const messages = channel[Symbol.asyncIterator]();
  return {
    get maxMessageSize() {
      return channel.maxMessageSize;
    },
    opened: async () => void (await channel.opened()),
    send: (data) => channel.send(data),
    trySend: (data) => channel.trySend(data),
    end: () => channel.close(),
    next: () => messages.next(),
    take: () => messages.take(),
    stopReading: async () => void (await messages.return()),
    close: () => channel.close(),
    abort: (reason) => channel.abort(reason),
  };
}

/** A writer that has nothing to write just now would not learn of it otherwise. */
function whenClosed(channel: Streamable, closed: (error: RtcClosedError) => void): void {
  void channel.closed({ timeout: Number.POSITIVE_INFINITY }).then(({ reason }) => {
    const what = 'the channel closed before the stream had ended';
    closed(new RtcClosedError('RTC_CLOSED', what, { path: channel.path, cause: reason }));
  });
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

async function sendInPieces(end: MessageStreamEnd, chunk: string | Buffer): Promise<void> {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  const size = end.maxMessageSize;
  for (let at = 0; at < bytes.length; at += size) await end.send(bytes.subarray(at, at + size));
}
