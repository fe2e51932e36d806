import type { Engine } from '../../../library/engine.js';
import type { NativeRecord } from '../../../library/release-ledger.js';
import { RtcInvalidStateError } from '../../../errors/kinds.js';
import type { NativePeerConnection } from '../../../native/binding.js';
import { callNative } from '../../../native/guard.js';
import type { DescriptionType, SessionDescription } from '../peer-connection-state.js';
import type { CandidateGate } from './candidate-gate.js';
import { answerAsDtlsServer, answersAsServer, asOffered, isOfLibdatachannel } from './dtls-role.js';

export interface DescriptionReader {
  /** Reads a description of the peer's as the library is given it by `give`, at a time when the transport is not up. */
  describe(remoteSdp: string, isOffer: boolean, give: () => void): void;
}

export interface MediaReader {
  /** Reads a description of the peer's before the library does; the library is given `sdp`. */
  read(sdp: string, offered: boolean): { readonly sdp: string; accept(): void; discard(): void };
  /** What the library has of it, in the peer's words. */
  restored(sdp: string): string;
}

/** What a connection is told of its peer: descriptions and candidates, handed to the library in the right order. */
export class RemoteSide {
  readonly #engine: Engine;
  readonly #native: NativePeerConnection;
  readonly #record: NativeRecord;
  readonly #gate: CandidateGate;
  readonly #reader: DescriptionReader;
  readonly #media: MediaReader;
  #answersAsServer = false;

  constructor(
    engine: Engine,
    native: NativePeerConnection,
    record: NativeRecord,
    gate: CandidateGate,
    reader: DescriptionReader,
    media: MediaReader,
  ) {
    this.#engine = engine;
    this.#native = native;
    this.#record = record;
    this.#gate = gate;
    this.#reader = reader;
    this.#media = media;
  }

  describe(sdp: string, type: DescriptionType): void {
    const native = this.#native;
    const offered = type === 'offer' || (type === 'unspec' && native.signalingState() === 'stable');
    // Only the first negotiation settles the roles; later offers must not contradict them. An offer of our own that
    // this one replaces settled nothing.
    const isFirst = native.remoteDescription() === null && isOfLibdatachannel(sdp);
    const needsFirst = isFirst && offered;
    const checksFirst = isFirst && !offered && answersAsServer(sdp);
    const reading = this.#media.read(sdp, offered);
    const text = needsFirst
      ? this.#gate.offered(reading.sdp)
      : checksFirst
        ? this.#gate.receivedAnswer(reading.sdp)
        : reading.sdp;
    try {
      this.#reader.describe(text, offered, () =>
        this.#call('setRemoteDescription', () => native.setRemoteDescription(text, type)),
      );
    } catch (error) {
      if (isFirst) this.#gate.refused();
      reading.discard();
      throw error;
    }
    if (needsFirst) this.#answersAsServer = answerAsDtlsServer(reading.sdp) !== reading.sdp;
    reading.accept();
    if (checksFirst) this.#gate.tookAnswer();
  }

  addCandidate(candidate: string, mid: string): void {
    if (this.#native.remoteDescription() === null) {
      throw new RtcInvalidStateError('a candidate came before the remote description; keep it until then', {
        path: this.#record.path(),
      });
    }
    if (this.#gate.keepRemote(candidate, mid)) return;
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
    if (!description) return null;
    const { type, sdp } = description;
    const text = this.#media.restored(sdp);
    return { type, sdp: this.#answersAsServer && type === 'offer' ? asOffered(text) : text };
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
