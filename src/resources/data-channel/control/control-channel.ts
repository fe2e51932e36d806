import type { LibraryContext } from '../../../library/library-context.js';
import type { NativeRecord } from '../../../library/release-ledger.js';
import type { NativeDataChannel, NativePeerConnection } from '../../../native/binding.js';
import { guardCallback } from '../../../native/firewall.js';
import { hasDataSection, isOfDtlsClient } from '../../sdp.js';
import { yieldProcessor } from '../../../time/clock.js';
import { hasPath, isClosed } from '../native-state.js';

/**
 * The one channel of a connection that is this package's own: an agreed stream id, which is not announced to the peer. It
 * shows when other channels can be made, with any peer; with a peer of this package it carries control messages.
 */
export class ControlChannel {
  readonly #context: LibraryContext;
  readonly #native: NativePeerConnection;
  readonly #path: () => string;
  readonly #onMessage: (message: ControlMessage) => void;
  #barrier: OpenBarrier | undefined;
  #handshakes: OpenBarrier | undefined;
  #channel: NativeDataChannel | undefined;
  #record: NativeRecord | undefined;
  #id: number | undefined;
  #firstId: number | undefined;
  #peerListens = false;
  #watchesClose = false;

  constructor(
    context: LibraryContext,
    native: NativePeerConnection,
    path: () => string,
    onMessage: (message: ControlMessage) => void,
  ) {
    this.#context = context;
    this.#native = native;
    this.#path = path;
    this.#onMessage = onMessage;
  }

  /** Stream id that nobody else can use on this connection. */
  get id(): number | undefined {
    return this.#id;
  }

  /** The lowest stream id that is this end's to give: 0 or 1. */
  get firstId(): number | undefined {
    return this.#firstId;
  }

  /** The peer uses this package, so it takes control messages and answers them. */
  get peerListens(): boolean {
    return this.#peerListens;
  }

  /**
   * To be called for a description of the peer as the library is given it: an answer before, an offer after, when the
   * transport cannot be up yet, and neither would the library make an offer for the channel.
   */
  place(remoteSdp: string, peerListens: boolean, isFree: (id: number) => boolean): void {
    if (this.#id !== undefined || !hasDataSection(remoteSdp)) return;
    const firstId = isOfDtlsClient(remoteSdp) ? 1 : 0;
    // With other peers one of the ids that are ours to give, so that no channel of the peer meets it.
    const id = peerListens || firstId === 1 ? CONTROL_ID : CONTROL_ID - 1;
    if (!isFree(id)) return;
    try {
      this.#channel = this.#native.createDataChannel('', { negotiated: true, id });
    } catch {
      return; // the connection has just ended
    }
    this.#id = id;
    this.#firstId = firstId;
    this.#peerListens = peerListens;
    const record = this.#context.ledger.hold(undefined, this.#channel, this.#path);
    this.#record = record;
    const isConnected = () => this.#native.state() === 'connected';
    // A connection for media is connected, and what its peer has yet to be sent may wait for this event loop.
    const most = isConnected() ? MOST_ADDED_MS : MOST_MS;
    // SCTP is up before the connection says so, and gives a round trip from then on.
    const isUp = () => isConnected() || this.#native.rtt() >= 0;
    const isYetToOpen = () => this.#usable?.isOpen() === false && isUp() && !isClosed(this.#usable);
    this.#barrier = new OpenBarrier(isYetToOpen, most);
    const areGoingOn = () =>
      this.#native.state() === 'connecting' && !isUp() && hasPath(this.#native.iceState());
    this.#handshakes = new OpenBarrier(() => this.#usable !== undefined && areGoingOn(), MOST_HANDSHAKES_MS);
    // Also with a peer that should have nothing to say: what nobody takes blocks a thread of the library (H17).
    this.#channel.onMessage(
      guardCallback(this.#path, (bytes: unknown) => {
        const message = this.#peerListens && this.#usable ? readControl(bytes) : undefined;
        if (message) this.#onMessage(message);
      }),
    );
    this.#watchesClose = this.#context.ledger.isFull;
    if (!this.#watchesClose) return;
    // So many wrappers are kept already that this one must not be where the peer ends the connection.
    this.#watchClose(this.#channel, record);
  }

  /** Returns when a channel can be made; may block for some milliseconds. */
  wait(): void {
    this.#handshakes?.wait();
    this.#barrier?.wait();
  }

  /** False where the peer does not listen, or its receive buffer is full. */
  send(message: ControlMessage): boolean {
    const channel = this.#usable;
    if (!this.#peerListens || !channel) return false;
    this.wait();
    try {
      if (!channel.isOpen() || channel.bufferedAmount() > MOST_WAITING_BYTES) return false;
      channel.sendMessageBinary(writeControl(message));
      return true;
    } catch {
      return false; // the transport went down just now
    }
  }

  /**
   * The connection is about to be closed. Not before: closing resets the stream, and what SCTP receives behind a reset
   * waits for it, on every stream.
   */
  remove(): void {
    const [channel, record] = [this.#channel, this.#record];
    if (!channel || !record) return;
    this.#channel = undefined;
    if (record.state !== 'held') return;
    const comes = channel.isOpen();
    if (!this.#watchesClose) this.#watchClose(channel, record);
    record.discard({ comes });
  }

  get #usable(): NativeDataChannel | undefined {
    return this.#record?.state === 'held' ? this.#channel : undefined;
  }

  #watchClose(channel: NativeDataChannel, record: NativeRecord): void {
    channel.onClosed(() => {
      record.acknowledge();
      record.tryClose();
    });
  }
}

/**
 * The same on both ends that use this package. Out of the way of the lowest, which everybody takes first, and of the
 * highest, 1023, which tests like to try.
 */
export const CONTROL_ID = 1021;
/** Of control messages to a peer that does not take them. */
const MOST_WAITING_BYTES = 64 * 1024;

/**
 * What two ends that use this package say to each other on the control channel of their connection.
 * `made`: the sender has made, for the `number`th time, its half of the channel that both make with the stream `id`.
 * `freed`: the channel that the sender made so for the `number`th time is gone, and its stream was reset.
 * `ping` is answered by a `pong` with its `number`.
 */
export type ControlMessage =
  | { readonly type: 'made' | 'freed'; readonly id: number; readonly number: number }
  | { readonly type: 'ping' | 'pong'; readonly number: number };

const TYPES = ['made', 'ping', 'pong', 'freed'] as const;
const VERSION = 1;
const TYPE_AT = 1;
const ID_AT = 2;
const NUMBER_AT = 4;
const BYTES = 8;

export function writeControl(message: ControlMessage): Buffer {
  const bytes = Buffer.alloc(BYTES);
  bytes[0] = VERSION;
  bytes[TYPE_AT] = TYPES.indexOf(message.type);
  if ('id' in message) bytes.writeUInt16BE(message.id, ID_AT);
  bytes.writeUInt32BE(message.number, NUMBER_AT);
  return bytes;
}

/** `undefined` for what is none, or is one of a later version. */
export function readControl(bytes: unknown): ControlMessage | undefined {
  if (!Buffer.isBuffer(bytes) || bytes.length !== BYTES || bytes[0] !== VERSION) return undefined;
  const type = TYPES[bytes.readUInt8(TYPE_AT)];
  const number = bytes.readUInt32BE(NUMBER_AT);
  if (type === undefined) return undefined;
  if (type === 'ping' || type === 'pong') return { type, number };
  return { type, id: bytes.readUInt16BE(ID_AT), number };
}

/**
 * Waits until the library has opened the channels that were there before the transport was up.
 *
 * It does so in a thread, some time after it has said `connected`. A channel made in between is opened at once, and
 * again by that thread; the peer closes a channel that is opened twice (H51). A channel with an agreed id is opened
 * without a word to the peer, so one that was made before shows by `isOpen()` that the thread has been there.
 */
export class OpenBarrier {
  readonly #isAwaited: () => boolean;
  readonly #most: number;
  #waitsUntil: number | undefined;

  /** `isAwaited`: the transport is up, and the channel that was made before is not open yet. `most`: milliseconds, in all. */
  constructor(isAwaited: () => boolean, most: number) {
    this.#isAwaited = isAwaited;
    this.#most = most;
  }

  /** Returns when a channel can be made; blocks for the thread's turn, some tenths of a millisecond. */
  wait(): void {
    if (!this.#isAwaited()) return;
    this.#waitsUntil ??= performance.now() + this.#most;
    while (performance.now() < this.#waitsUntil && this.#isAwaited()) yieldProcessor(YIELD_MS);
  }
}

const YIELD_MS = 0.1;
/**
 * Milliseconds that a connection waits in all. On a machine where four busy loops share two cores the thread got no processor for
 * over 50 ms now and then, and one or two of 40 channels were lost in 6 of 25 runs; with a second in none of 25.
 */
const MOST_MS = 1000;
/**
 * Milliseconds from the first channel that is made during the handshakes of DTLS and SCTP. Nothing shows how far these are, and a
 * channel that is made in the moment in which they end is announced twice as well: with a peer on the same machine 4 of 933
 * were. In a local network they end in this time; elsewhere they take so long that the moment is hardly met.
 */
const MOST_HANDSHAKES_MS = 8;
/** The same where data channels are added to a connection for media, whose association has yet to come up. */
const MOST_ADDED_MS = 50;
