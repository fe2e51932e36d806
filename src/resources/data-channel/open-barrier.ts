import type { Engine } from '../../library/engine.js';
import type { NativeRecord } from '../../library/release-ledger.js';
import { yieldProcessor } from '../../time/yield-processor.js';
import type { NativeDataChannel, NativePeerConnection } from '../../native/binding.js';

/**
 * Tells when the library has opened the channels that were there before the transport was up.
 *
 * It does so in a thread, some time after it has said `connected`. A channel made in between is opened at once, and
 * again by that thread; the peer closes a channel that is opened twice (H51). A channel with an agreed id is opened
 * without a word to the peer, so one that was made before shows by `isOpen()` that the thread has been there.
 */
export class OpenBarrier {
  readonly #engine: Engine;
  readonly #native: NativePeerConnection;
  readonly #path: () => string;
  #probe: NativeDataChannel | undefined;
  #record: NativeRecord | undefined;
  #id: number | undefined;
  #watchesClose = false;
  #waitsUntil: number | undefined;

  constructor(engine: Engine, native: NativePeerConnection, path: () => string) {
    this.#engine = engine;
    this.#native = native;
    this.#path = path;
  }

  /** Stream id that nobody else can use on this connection. */
  get id(): number | undefined {
    return this.#id;
  }

  /**
   * To be called for a description of the peer as the library is given it: an answer before, an offer after, when the
   * transport cannot be up yet, and neither would the library make an offer for the probe.
   */
  place(remoteSdp: string, isFree: (id: number) => boolean): void {
    if (this.#id !== undefined || !APPLICATION.test(remoteSdp)) return;
    // Of the ids that are ours to give, so that no channel of the peer meets it.
    const id = PEER_IS_CLIENT.test(remoteSdp) ? LAST_ID : LAST_ID - 1;
    if (!isFree(id)) return;
    try {
      this.#probe = this.#native.createDataChannel('', { negotiated: true, id });
    } catch {
      return; // the connection has just ended
    }
    this.#id = id;
    const record = this.#engine.ledger.hold(undefined, this.#probe, this.#path);
    this.#record = record;
    this.#watchesClose = this.#engine.ledger.isFull;
    if (!this.#watchesClose) return;
    // So many wrappers are kept already that this one must not be where the peer ends the connection.
    this.#watchClose(this.#probe, record);
  }

  /** Returns when a channel can be made; blocks for the thread's turn, some tenths of a millisecond. */
  wait(): void {
    if (!this.#isAwaited()) return;
    this.#waitsUntil ??= performance.now() + MOST_MS;
    while (performance.now() < this.#waitsUntil && this.#isAwaited()) yieldProcessor(YIELD_MS);
  }

  #isAwaited(): boolean {
    if (!this.#probe || this.#record?.state !== 'held') return false;
    return !this.#probe.isOpen() && this.#native.state() === 'connected';
  }

  /**
   * The connection is about to be closed. Not before: closing resets the stream, and what SCTP receives behind a reset
   * waits for it, on every stream.
   */
  remove(): void {
    const [probe, record] = [this.#probe, this.#record];
    if (!probe || !record) return;
    this.#probe = undefined;
    if (record.state !== 'held') return;
    const comes = probe.isOpen();
    if (!this.#watchesClose) this.#watchClose(probe, record);
    record.discard({ comes });
  }

  #watchClose(probe: NativeDataChannel, record: NativeRecord): void {
    probe.onClosed(() => {
      record.acknowledge();
      record.tryClose();
    });
  }
}

const APPLICATION = /^m=application [1-9]/m;
const PEER_IS_CLIENT = /^a=setup:active/m;
/** Out of the way of the lowest, which everybody takes first, and of the highest, 1023, which tests like to try. */
const LAST_ID = 1021;
const YIELD_MS = 0.1;
/**
 * Milliseconds that a connection waits in all. A thread that gets no processor for so long is not waited for, nor are
 * channels that are added to a connection for media.
 */
const MOST_MS = 50;
