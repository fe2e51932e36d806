import type { PeerConnection } from '../resources/connection/peer-connection.js';
import { candidatesIn, midsOf, type PlacedCandidate, withoutCandidates } from '../resources/sdp.js';
import { afterTurn } from '../time/clock.js';

/**
 * Our candidates, between the library and the application.
 *
 * Those of an offer are kept until its answer is stored, at the most for a second: a peer that checks a path before
 * connects us while the library still stores the answer, and now and then DTLS meets a peer without a fingerprint then,
 * and the handshake fails (H48). So they are neither emitted nor shown in the description before. An application that reads
 * the description later than trickle ICE would send it collects candidates, and gets all.
 */
export class LocalCandidates {
  readonly #emit: (candidate: PlacedCandidate | null) => void;
  #found: PlacedCandidate[] = [];
  #emitted = 0;
  /** `unset`: the description they belong to was not set by the application yet. */
  #state: 'unset' | 'kept' | 'emitting' = 'unset';
  #keptAt = 0;
  #gathered = false;
  #endEmitted = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(emit: (candidate: PlacedCandidate | null) => void) {
    this.#emit = emit;
  }

  get found(): readonly PlacedCandidate[] {
    return this.#found;
  }

  /** Those that the description shows. */
  get shown(): readonly PlacedCandidate[] {
    const isLate = this.#state === 'kept' && performance.now() > this.#keptAt + SENT_WITHIN_MS;
    return isLate ? this.#found : this.#found.slice(0, this.#emitted);
  }

  add(candidate: PlacedCandidate): void {
    this.#found.push(candidate);
    this.#emitAll();
  }

  /** No further ones will come. */
  end(): void {
    this.#gathered = true;
    this.#emitAll();
  }

  /** An offer was set. `keep`: the peer gets the candidates one by one. */
  offered(keep: boolean): void {
    if (this.#state === 'emitting') return;
    if (!keep) {
      this.release();
      return;
    }
    this.#state = 'kept';
    this.#keptAt = performance.now();
    this.#timer ??= setTimeout(() => this.release(), LONGEST_MS);
    this.#timer.unref();
  }

  /** The peer may have them: an answer was set, by either side. */
  release(): void {
    this.#allow();
    // In a later task, as the W3C has it: the application reads the description that was just set before.
    afterTurn(() => this.#emitAll());
  }

  /** Emits what is kept, now. */
  flush(): void {
    this.#allow();
    this.#emitAll();
  }

  #allow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#state = 'emitting';
  }

  /** Our offer was rolled back: a peer that ignored it has dropped what came with it. */
  forgotten(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#state = 'unset';
    this.#emitted = 0;
    this.#endEmitted = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#state = 'unset';
  }

  #emitAll(): void {
    while (this.#state === 'emitting' && this.#emitted < this.#found.length) {
      this.#emit(this.#found[this.#emitted++] as PlacedCandidate);
    }
    if (this.#state !== 'emitting' || !this.#gathered || this.#endEmitted) return;
    this.#endEmitted = true;
    this.#emit(null);
  }
}

/** Milliseconds for which an answer is waited for. */
const LONGEST_MS = 1000;
/** Milliseconds in which a description is read to be sent, where its candidates follow one by one. */
export const SENT_WITHIN_MS = 100;

/**
 * Hands an answer to the library, and its candidates afterwards: with them the library may be connected while it still
 * stores the answer, and then DTLS verifies the peer's certificate before there is a fingerprint (H48).
 */
export function describeAnswer(connection: PeerConnection, sdp: string): void {
  connection.setRemoteDescription(withoutCandidates(sdp), 'answer');
  const [mid = '0'] = midsOf(sdp);
  for (const line of candidatesIn(sdp)) connection.addRemoteCandidate(line, mid);
}
