import { afterTask, afterTurn } from '../time/clock.js';
import { RtcClosedError, RtcInvalidStateError } from '../errors/rtc-error.js';
import { wrongType } from '../arguments/argument.js';
import { MAX_UINT32 } from '../native/validate/limits.js';
import type { Message } from '../native/validate/message.js';
import type { MessageChannel } from '../resources/channel/message-channel.js';
import { CallbackSlots } from './callback-slots.js';
import { closeInBackground } from './close-in-background.js';
import type { DataChannel } from '../resources/data-channel/data-channel.js';
import type * as ndc from 'node-datachannel';
import type { MediaTrack } from '../resources/media/media-track.js';

/** The handle behind a drop-in channel, for the streams over it; not part of what the binding offers. */
export const CHANNEL_HANDLE: unique symbol = Symbol('scoped-rtc.channel');

/**
 * The binding's channel methods on top of a handle. Messages that arrived before the close callback come before it
 * (H4, H5, H25), and `close()` drains (H7); apart from that they behave as the binding's.
 */
export abstract class GuardedChannel<H extends MessageChannel = MessageChannel> {
  readonly #callbacks = new CallbackSlots();
  #handle: H | undefined;
  #threshold = 0;
  #isClosed = false;
  /** Calls that wait until the application has seen the channel. */
  #held: (() => void)[] | undefined;

  protected constructor(handle?: H) {
    if (handle) this.attach(handle);
  }

  get [CHANNEL_HANDLE](): H | undefined {
    return this.#handle;
  }

  /** Gives the wrapper its native; callbacks that were registered before are notified. */
  protected attach(handle: H): void {
    this.#handle = handle;
    // The binding never refuses a message for want of room: it queues.
    handle.highWaterMark = MAX_UINT32;
    if (this.#threshold > 0 || this.#callbacks.has('bufferedAmountLow')) this.#applyThreshold();
    handle.on('error', (error) => this.#callError(error.message));
    handle.on('close', () => {
      this.#isClosed = true;
      this.#call('close');
    });
    for (const event of ['open', 'message', 'bufferedAmountLow'] as const) {
      if (this.#callbacks.has(event)) this.#forward(event);
    }
  }

  /** Calls nothing back before the end of this task, and of what it has left to the next turn. */
  protected hold(): void {
    this.#held = [];
    afterTask(() =>
      afterTurn(() => {
        const held = this.#held ?? [];
        this.#held = undefined;
        for (const call of held) queueMicrotask(call); // one that throws does not keep the next from being called
      }),
    );
  }

  close(): void {
    this.#isClosed = true;
    if (this.#handle) closeInBackground(this.#handle);
  }

  isOpen(): boolean {
    return !this.#isClosed && this.#handle?.state === 'open';
  }

  /** True when the transport took it at once; `false` means queued, as with the binding. */
  sendMessage(message: string): boolean {
    if (typeof message !== 'string') throw wrongType('message', 'a string', message);
    return this.#send(message);
  }

  sendMessageBinary(message: ArrayBuffer | ArrayBufferView): boolean {
    if (typeof message === 'string') throw wrongType('message', 'bytes', message);
    return this.#send(message);
  }

  bufferedAmount(): number {
    return this.#handle?.bufferedAmount ?? 0;
  }

  maxMessageSize(): number {
    return this.#handle?.maxMessageSize ?? 0;
  }

  setBufferedAmountLowThreshold(bytes: number): void {
    if (typeof bytes !== 'number') throw wrongType('bytes', 'a number', bytes);
    // The binding refuses no number, and the polyfill hands on what its property was set to.
    this.#threshold = Math.min(MAX_UINT32, Math.max(0, Math.trunc(bytes) || 0));
    this.#applyThreshold();
  }

  onOpen(callback: () => void): void {
    this.#listen('open', callback);
  }

  onMessage(callback: (message: Message) => void): void {
    this.#listen('message', callback);
  }

  onClosed(callback: () => void): void {
    this.#callbacks.keep('close', callback);
    if (this.#handle?.state === 'closed') queueMicrotask(() => this.#callbacks.call('close'));
  }

  onError(callback: (error: string) => void): void {
    this.#callbacks.keep('error', callback);
  }

  onBufferedAmountLow(callback: () => void): void {
    this.#listen('bufferedAmountLow', callback);
    this.#applyThreshold();
  }

  #listen(event: 'open' | 'message' | 'bufferedAmountLow', callback: unknown): void {
    const isFirst = !this.#callbacks.has(event);
    this.#callbacks.keep(event, callback);
    if (isFirst && this.#handle) this.#forward(event);
  }

  #forward(event: 'open' | 'message' | 'bufferedAmountLow'): void {
    this.#handle?.on(event, (message?: Message) => {
      if (message === undefined) this.#call(event);
      else this.#call(event, message);
    });
  }

  #call(event: string, ...args: unknown[]): void {
    if (this.#held) this.#held.push(() => this.#call(event, ...args));
    // "Open" may still be on its way when the channel is closed again.
    else if (event !== 'open' || !this.#isClosed) this.#callbacks.call(event, ...args);
  }

  /** The handle emits `bufferedAmountLow` at half of its mark. */
  #applyThreshold(): void {
    if (this.#handle) this.#handle.highWaterMark = Math.max(1, Math.min(MAX_UINT32, 2 * this.#threshold));
  }

  #send(message: string | ArrayBuffer | ArrayBufferView): boolean {
    const handle = this.#handle;
    if (this.#isClosed || handle?.state === 'closing' || handle?.state === 'closed') {
      throw new RtcClosedError('RTC_CLOSED', 'the channel is closed', handle && { path: handle.path });
    }
    if (handle?.state !== 'open') {
      throw new RtcInvalidStateError('the channel is not open', handle && { path: handle.path });
    }
    if (handle.trySend(message)) return handle.bufferedAmount === 0;
    // Above the mark, which the binding does not have: it takes everything. Nobody waits for room here.
    handle.send(message).catch((error: unknown) => {
      this.#callError(error instanceof Error ? error.message : String(error));
    });
    return false;
  }

  /**
   * The polyfill's callback can only throw: its module does not import the `RTCError` that it makes. The binding never calls it
   * for a data channel.
   */
  #callError(message: string): void {
    try {
      this.#callbacks.call('error', message);
    } catch (error) {
      if (!(error instanceof ReferenceError && error.message.includes('RTCError'))) throw error;
    }
  }
}

/** The binding's `DataChannel`. Made by a connection. */
export class GuardedDataChannel extends GuardedChannel<DataChannel> {
  readonly #channel: DataChannel;

  /** @internal */
  constructor(channel: DataChannel, isHeld = false) {
    super(channel);
    this.#channel = channel;
    if (isHeld) this.hold();
  }

  getLabel(): string {
    return this.#channel.label;
  }

  /** 65535 before the channel has a stream, as the binding says it. */
  getId(): number {
    return this.#channel.id ?? NO_STREAM;
  }

  getProtocol(): string {
    return this.#channel.protocol;
  }
}

/** -1 in 16 bits, which no stream can be (RFC 8831). */
export const NO_STREAM = 65_535;

/** The binding's `Track`. Made by a connection. */
export class GuardedTrack extends GuardedChannel<MediaTrack> {
  readonly #track: MediaTrack;

  /** @internal */
  constructor(track: MediaTrack) {
    super(track);
    this.#track = track;
  }

  direction(): ndc.Direction {
    return this.#track.direction;
  }

  mid(): string {
    return this.#track.mid;
  }

  type(): string {
    return this.#track.type;
  }

  isClosed(): boolean {
    return !this.isOpen() && this.#track.state !== 'opening';
  }

  requestKeyframe(): boolean {
    return this.#track.requestKeyframe();
  }

  requestBitrate(bitsPerSecond: number): boolean {
    return this.#track.requestBitrate(bitsPerSecond);
  }

  setMediaHandler(handler: ndc.MediaHandler): void {
    this.#track.setMediaHandler(handler);
  }
}
