import { types } from 'node:util';
import { RtcError } from '../../errors/rtc-error.js';
import { MAX_UINT32 } from '../../native/validate/limits.js';
import type { DataChannel as ChannelHandle } from '../../resources/data-channel/data-channel.js';
import { type Message, validateMessage } from '../../native/validate/message.js';
import { closeInBackground } from '../close-in-background.js';
import type { ChannelSettings } from './channel-settings.js';
import { interfacePrototype, RTCErrorEvent } from './rtc-events.js';
import type { SendQueue } from './send-queue.js';
import { TaskQueue } from './task-queue.js';
import type { DataChannel } from './w3c-types.js';
import { assertConstruction, CONSTRUCTION, domException, domString } from './web-idl.js';
import { afterTask, afterTurn } from '../../time/clock.js';

/** What a channel needs of its connection. */
export interface ChannelOwner {
  readonly queue: SendQueue;
  /** Bytes that one message may have; `undefined` before it is agreed. */
  readonly maxMessageSize: number | undefined;
  /** An error of this kind, for an event; the class is the polyfill's. */
  failure(detail: 'data-channel-failure' | 'sctp-failure', message: string): DOMException;
}

type AddedListener = Parameters<EventTarget['addEventListener']>;
type Outgoing = string | Blob | ArrayBuffer | ArrayBufferView;

/** The W3C's `RTCDataChannel` on a handle. Made by a connection. */
export class RTCDataChannel extends EventTarget {
  readonly #handle: ChannelHandle;
  readonly #owner: ChannelOwner;
  readonly #settings: ChannelSettings;
  #readyState: DataChannel['readyState'];
  #binaryType: DataChannel['binaryType'] = 'arraybuffer';
  #threshold = 0;
  /** `bufferedAmount` until the end of this task, with what was sent in it; undefined: nothing was. */
  #amount: number | undefined;
  /** `bufferedAmount` was above the threshold after the last `bufferedamountlow`. */
  #isHigh = false;
  #watchesLow = false;
  /** Bytes behind a Blob that is still read. */
  #queued = 0;
  #lastQueued: Promise<void> | undefined;
  /** Messages and the end, from the turn after `open` was fired. */
  readonly #tasks = new TaskQueue();

  /** @internal */
  constructor(
    key: symbol,
    handle: ChannelHandle,
    owner: ChannelOwner,
    settings: ChannelSettings,
    incoming: boolean,
  ) {
    assertConstruction(key);
    super();
    this.#handle = handle;
    this.#owner = owner;
    this.#settings = settings;
    // One that the peer opened can send in its `datachannel` event already.
    this.#readyState = incoming ? 'open' : 'connecting';
    handle.highWaterMark = MAX_UINT32; // the W3C's send() never waits for room
    handle.on('message', (message) => this.#tasks.add(() => this.#dispatchMessage(message)));
    handle.on('close', ({ by, reason }) => {
      this.#tasks.add(() => this.#ended(by === 'error' || by === 'owner', reason));
      this.#tasks.release();
    });
    if (!incoming) handle.on('open', () => this.#opened());
  }

  /** @internal */
  static make(
    handle: ChannelHandle,
    owner: ChannelOwner,
    settings: ChannelSettings,
    incoming = false,
  ): RTCDataChannel {
    // Not by its name: the bundled class would have another one for it.
    return new this(CONSTRUCTION, handle, owner, settings, incoming);
  }

  /** `datachannel` was fired: now `open`, and in later turns the messages. @internal */
  announce(): void {
    afterTurn(() => this.#opened());
  }

  /** The connection was closed by the application. @internal */
  connectionClosed(): void {
    this.#readyState = 'closed';
  }

  get label(): string {
    return this.#handle.label;
  }

  get ordered(): boolean {
    return this.#settings.ordered;
  }

  get maxPacketLifeTime(): number | null {
    return this.#settings.maxPacketLifeTime;
  }

  get maxRetransmits(): number | null {
    return this.#settings.maxRetransmits;
  }

  get protocol(): string {
    return this.#handle.protocol;
  }

  get negotiated(): boolean {
    return this.#settings.negotiated;
  }

  get id(): number | null {
    return this.#handle.id ?? null;
  }

  get readyState(): DataChannel['readyState'] {
    return this.#readyState;
  }

  /** Grows with `send()`, and falls in a later task only. */
  get bufferedAmount(): number {
    return this.#queued + (this.#amount ?? this.#handle.bufferedAmount);
  }

  get bufferedAmountLowThreshold(): number {
    return this.#threshold;
  }

  set bufferedAmountLowThreshold(bytes: number) {
    this.#threshold = Number(bytes) >>> 0;
    this.#isHigh = this.bufferedAmount > this.#threshold;
    if (this.#watchesLow) this.#setMark();
  }

  /** Watches the library's buffer from the first listener of `bufferedamountlow` on: a channel without one costs nothing. */
  override addEventListener(
    type: string,
    listener: AddedListener[1],
    options: AddedListener[2] = undefined,
  ): void {
    super.addEventListener(type, listener, options);
    if (type === 'bufferedamountlow') this.#watchLow();
  }

  get binaryType(): DataChannel['binaryType'] {
    return this.#binaryType;
  }

  set binaryType(type: DataChannel['binaryType']) {
    // Web IDL ignores an unknown value of an attribute.
    if (type === 'blob' || type === 'arraybuffer') this.#binaryType = type;
  }

  send(data: Outgoing): void {
    // oxlint-disable-next-line prefer-rest-params -- missing data is a mistake, `undefined` is a text
    if (arguments.length === 0) throw new TypeError('send(): data is missing');
    if (this.#readyState !== 'open') {
      throw domException('InvalidStateError', `send(): the channel is ${this.#readyState}`);
    }
    const message =
      typeof data === 'string' || isBytes(data) || data instanceof Blob ? data : domString(data, 'data');
    const bytes = sizeOf(message);
    const most = this.#owner.maxMessageSize;
    if (most !== undefined && most > 0 && bytes > most) {
      throw new TypeError(`send(): the message has ${bytes} bytes, of which the peer takes ${most}`);
    }
    if (message instanceof Blob || this.#lastQueued) this.#enqueue(message, bytes);
    else {
      const before = this.#amount ?? this.#handle.bufferedAmount;
      this.#sendNow(message);
      this.#sent(before + bytes);
    }
  }

  close(): void {
    if (this.#readyState === 'closing' || this.#readyState === 'closed') return;
    this.#readyState = 'closing';
    const close = () => closeInBackground(this.#handle);
    if (this.#lastQueued) void this.#lastQueued.then(close);
    else close();
  }

  #enqueue(message: Outgoing, bytes: number): void {
    const before = this.#lastQueued;
    const content = message instanceof Blob ? message.arrayBuffer() : copyOf(message);
    // A Blob that cannot be read is reported in its turn, when what was sent before has gone.
    if (content instanceof Promise) content.catch(() => {});
    this.#queued += bytes;
    this.#noteAmount();
    const work = async () => {
      await before;
      let failure: unknown;
      try {
        this.#sendNow(await content);
      } catch (error) {
        failure = error;
      }
      this.#queued -= bytes;
      if (this.#lastQueued === last) this.#lastQueued = undefined;
      if (failure !== undefined) {
        this.#fail(failure);
        this.#reportLow();
      } else this.#sent(this.#handle.bufferedAmount);
    };
    const last = work();
    this.#lastQueued = last;
    this.#owner.queue.hold(last);
  }

  #sendNow(message: string | ArrayBuffer | ArrayBufferView): void {
    try {
      if (this.#handle.trySend(message)) return;
    } catch (error) {
      if (error instanceof RtcError && error.code === 'RTC_MESSAGE_TOO_LARGE') {
        throw new TypeError(error.message, { cause: error });
      }
      throw error instanceof RtcError ? domException('OperationError', error.message, error) : error;
    }
    // Above the mark: nobody waits for room here.
    this.#handle.send(message).catch((error: unknown) => this.#fail(error));
  }

  /** `amount` is shown until the end of this task. */
  #sent(amount: number): void {
    if (this.#amount === undefined) afterTask(() => this.#settle());
    this.#amount = amount;
    this.#noteAmount();
  }

  #settle(): void {
    this.#amount = undefined;
    this.#reportLow();
  }

  #noteAmount(): void {
    this.#isHigh ||= this.#queued + (this.#amount ?? 0) > this.#threshold;
  }

  /** Fires once for each fall to the threshold, whoever notices it. A closed channel drains behind the application. */
  #reportLow(): void {
    if (!this.#isHigh || this.bufferedAmount > this.#threshold) return;
    this.#isHigh = false;
    if (this.#readyState !== 'closed') this.dispatchEvent(new Event('bufferedamountlow'));
  }

  #watchLow(): void {
    if (this.#watchesLow || this.#handle.state === 'closed') return;
    this.#watchesLow = true;
    this.#setMark();
    this.#handle.on('bufferedAmountLow', () => this.#reportLow());
  }

  /** The handle emits `bufferedAmountLow` at half of its mark. */
  #setMark(): void {
    this.#handle.highWaterMark = Math.max(1, Math.min(MAX_UINT32, 2 * this.#threshold));
  }

  #opened(): void {
    if (this.#readyState === 'connecting') this.#readyState = 'open';
    if (this.#readyState === 'open') this.dispatchEvent(new Event('open'));
    // In a later turn, so that code that awaited `open` can add its listeners.
    afterTurn(() => this.#tasks.release());
  }

  #dispatchMessage(message: Message): void {
    this.dispatchEvent(new MessageEvent('message', { data: this.#shown(message) }));
  }

  #shown(message: Message): string | ArrayBuffer | Blob {
    if (typeof message === 'string') return message;
    if (this.#binaryType === 'blob') return new Blob([message as Uint8Array<ArrayBuffer>]);
    const { buffer, byteOffset, byteLength } = message;
    const isWhole = byteLength === buffer.byteLength;
    return (isWhole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;
  }

  /** `abruptly`: with its connection, or by a failure. */
  #ended(abruptly: boolean, reason: unknown): void {
    const asked = this.#readyState === 'closing' || this.#readyState === 'closed';
    if (!asked) {
      this.#readyState = 'closing';
      if (!abruptly) this.dispatchEvent(new Event('closing'));
    }
    afterTurn(() => {
      this.#readyState = 'closed';
      if (abruptly && !asked) this.#fail(reason, 'sctp-failure');
      this.dispatchEvent(new Event('close'));
    });
  }

  #fail(cause: unknown, detail: 'data-channel-failure' | 'sctp-failure' = 'data-channel-failure'): void {
    const message = cause instanceof Error ? cause.message : 'the connection has ended';
    this.dispatchEvent(new RTCErrorEvent('error', { error: this.#owner.failure(detail, message) }));
  }
}

interfacePrototype('RTCDataChannel', RTCDataChannel, [
  'open',
  'message',
  'bufferedamountlow',
  'error',
  'closing',
  'close',
]);

/** Also of another realm, and on shared memory, which is refused. */
const isBytes = (data: unknown): data is ArrayBuffer | ArrayBufferView =>
  ArrayBuffer.isView(data) || types.isAnyArrayBuffer(data);

function sizeOf(message: Outgoing): number {
  if (typeof message === 'string') return Buffer.byteLength(message);
  return message instanceof Blob ? message.size : message.byteLength;
}

/** A text as it is; of bytes a copy: the application may change its buffer before the message is sent. */
function copyOf(message: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  const { data } = validateMessage(message);
  return typeof data === 'string' ? data : Uint8Array.from(data);
}
