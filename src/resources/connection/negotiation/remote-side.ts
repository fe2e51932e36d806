import type { Engine } from '../../../library/engine.js';
import type { NativeRecord } from '../../../library/release-ledger.js';
import { RtcInvalidStateError } from '../../../errors/kinds.js';
import type { NativePeerConnection } from '../../../native/binding.js';
import { callNative } from '../../../native/guard.js';
import type { DescriptionType, SessionDescription } from '../peer-connection-state.js';
import type { AnswererFirst } from './answerer-first.js';
import { asOffered } from './dtls-role.js';

export interface DescriptionListener {
  /** A description of the peer's, as the library reads it, at a time when the transport cannot come up. */
  described(remoteSdp: string): void;
}

/** What a connection is told of its peer: descriptions and candidates, handed to the library in the right order. */
export class RemoteSide {
  readonly #engine: Engine;
  readonly #native: NativePeerConnection;
  readonly #record: NativeRecord;
  readonly #order: AnswererFirst;
  readonly #listener: DescriptionListener;
  #answersAsServer = false;

  constructor(
    engine: Engine,
    native: NativePeerConnection,
    record: NativeRecord,
    order: AnswererFirst,
    listener: DescriptionListener,
  ) {
    this.#engine = engine;
    this.#native = native;
    this.#record = record;
    this.#order = order;
    this.#listener = listener;
  }

  describe(sdp: string, type: DescriptionType): void {
    const native = this.#native;
    const offered = type === 'offer' || (type === 'unspec' && native.signalingState() === 'stable');
    // Only the first negotiation settles the roles; later offers must not contradict them. An offer of our own that
    // this one replaces settled nothing.
    const isFirst = offered && native.remoteDescription() === null;
    const text = isFirst ? this.#order.offered(sdp) : sdp;
    // An answer may connect in another thread at once; before an offer the library would make one of its own.
    if (!offered) this.#listener.described(text);
    try {
      this.#call('setRemoteDescription', () => native.setRemoteDescription(text, type));
    } catch (error) {
      if (isFirst) this.#order.refused();
      throw error;
    }
    if (isFirst) this.#answersAsServer = text !== sdp;
    if (offered) this.#listener.described(text);
  }

  addCandidate(candidate: string, mid: string): void {
    if (this.#native.remoteDescription() === null) {
      throw new RtcInvalidStateError('a candidate came before the remote description; keep it until then', {
        path: this.#record.path(),
      });
    }
    if (this.#order.keepsRemote(candidate, mid)) return;
    this.#call('addRemoteCandidate', () => this.#native.addRemoteCandidate(candidate, mid));
  }

  /** One that had to wait. A malformed one was refused when it came. */
  addKept(candidate: string, mid: string): void {
    if (this.#record.state !== 'held') return;
    try {
      this.#call('addRemoteCandidate', () => this.#native.addRemoteCandidate(candidate, mid));
    } catch (cause) {
      const path = this.#record.path();
      this.#engine.warn({
        code: 'RTC_SIGNALING',
        message: `a candidate for ${path} was of no use`,
        path,
        cause,
      });
    }
  }

  /** As the peer wrote it. */
  description(): SessionDescription | null {
    const description = this.#native.remoteDescription();
    if (!description || !this.#answersAsServer || description.type !== 'offer') return description;
    return { type: description.type, sdp: asOffered(description.sdp) };
  }

  /**
   * A connection that its peer has just closed refuses these, and its `close` event is still on the way (H26):
   * what came is of no use any more, and nobody did anything wrong.
   */
  #call(what: string, call: () => void): void {
    try {
      callNative(this.#record.path(), what, call);
    } catch (error) {
      if (this.#native.state() !== 'closed') throw error;
    }
  }
}
