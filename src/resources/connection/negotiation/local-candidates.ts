import type { SignalingCandidate } from './signaling.js';

/**
 * Our candidates, on their way to the peer.
 *
 * Those of an offer are kept until its answer is in the library. A peer that could check paths to us before would
 * have ICE connected at the moment the library takes the answer, and the library starts ICE before it has stored the
 * fingerprint of the answer: on a busy machine the DTLS handshake is faster now and then, and fails (H48). It costs
 * one message time of the signaling.
 */
export class LocalCandidates {
  readonly #mustWait: () => boolean;
  readonly #midOf: (mid: string) => string;
  readonly #send: (candidate: SignalingCandidate | null) => void;
  readonly #found: ({ candidate: string; sdpMid: string } | null)[] = [];
  #sent = 0;

  /** `midOf`: the mid to tell, for the one that a candidate was found with. */
  constructor(
    mustWait: () => boolean,
    midOf: (mid: string) => string,
    send: (candidate: SignalingCandidate | null) => void,
  ) {
    this.#mustWait = mustWait;
    this.#midOf = midOf;
    this.#send = send;
  }

  get count(): number {
    return this.#found.length;
  }

  found(candidate: string, mid: string): void {
    // The library gives an SDP attribute; browsers want the line without its "a=".
    this.#found.push({ candidate: candidate.replace(/^a=/, ''), sdpMid: mid });
    this.tell();
  }

  /** No further ones will be found. */
  complete(): void {
    if (this.#found.at(-1) === null) return;
    this.#found.push(null);
    this.tell();
  }

  /** Tells what has not been told, if the time has come. */
  tell(): void {
    if (this.#mustWait()) return;
    while (this.#sent < this.#found.length) {
      const found = this.#found[this.#sent++];
      this.#send(found ? { ...found, sdpMid: this.#midOf(found.sdpMid) } : null);
    }
  }

  /** The library tells each candidate once; a peer that ignored the offer they came with has dropped them. */
  forgotten(): void {
    this.#sent = 0;
  }
}
