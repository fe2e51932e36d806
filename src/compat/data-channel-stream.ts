import { Duplex, type DuplexOptions } from 'node:stream';
import { wrongType } from '../arguments/argument.js';
import type { Message } from '../native/validate/message.js';
import type { MessageChannel } from '../resources/channel/message-channel.js';
import { CHANNEL_HANDLE, GuardedChannel, type GuardedDataChannel } from './guarded-channel.js';

/**
 * The binding's `DataChannelStream`: a duplex stream of messages over a channel. A slow reader lets messages wait
 * and drops none, and a write waits for room where the binding's takes a full buffer for an error (H23).
 */
export class DataChannelStream extends Duplex {
  readonly #channel: GuardedDataChannel;
  readonly #handle: MessageChannel;
  readonly #messages: AsyncIterator<Message>;

  constructor(channel: GuardedDataChannel, options?: Omit<DuplexOptions, 'objectMode'>) {
    const handle = channel instanceof GuardedChannel ? channel[CHANNEL_HANDLE] : undefined;
    if (!handle) throw wrongType('channel', 'a DataChannel or an opened WebSocket', channel);
    super({ allowHalfOpen: false, ...options, objectMode: true });
    this.#channel = channel;
    this.#handle = handle;
    this.#messages = handle[Symbol.asyncIterator]();
    // `end` is emitted also where nobody reads the stream.
    handle.on('close', () => void this.read(0));
  }

  get label(): string {
    return this.#channel.getLabel();
  }

  get id(): number {
    return this.#channel.getId();
  }

  get protocol(): string {
    return this.#channel.getProtocol();
  }

  override _read(): void {
    this.#messages.next().then(
      ({ done, value }) => {
        this.push(done ? null : value);
        if (done && this.readableFlowing === null && this.readableLength === 0) this.resume();
      },
      (error: unknown) => void this.destroy(asError(error)),
    );
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, callback: (error?: Error) => void): void {
    if (typeof chunk !== 'string' && !ArrayBuffer.isView(chunk)) {
      callback(wrongType('chunk', 'a string or bytes', chunk));
      return;
    }
    this.#handle.send(chunk).then(
      () => callback(),
      (error: unknown) => callback(asError(error)),
    );
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (this.allowHalfOpen) callback();
    else this.#close(callback, null);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (error) this.#handle.abort(error);
    this.#close(callback, error);
  }

  #close(callback: (error: Error | null) => void, result: Error | null): void {
    this.#handle.close().then(
      () => callback(result),
      (error: unknown) => callback(result ?? asError(error)),
    );
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
