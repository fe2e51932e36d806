import type { PlacedCandidate } from './session-text.js';

/**
 * Our candidates, between the library and the application.
 *
 * Those of an offer are kept until its answer is stored, at the most for a second: a peer that checks a path before
 * connects us while the library still stores the answer, and now and then DTLS meets a peer without a fingerprint then,
 * and the handshake fails (H48). So they are neither told nor shown in the description before. Who reads the description
 * later than it is sent with trickle ICE collects candidates, and gets all.
 */
export class LocalCandidates {
  readonly #tell: (candidate: PlacedCandidate | null) => void;
  #found: PlacedCandidate[] = [];
  #told = 0;
  /** `unset`: the description they belong to was not set by the application yet. */
  #state: 'unset' | 'kept' | 'told' = 'unset';
  #keptAt = 0;
  #gathered = false;
  #endTold = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (candidate: PlacedCandidate | null) => void) {
    this.#tell = tell;
  }

  get found(): readonly PlacedCandidate[] {
    return this.#found;
  }

  /** Those that the description shows. */
  get shown(): readonly PlacedCandidate[] {
    const isLate = this.#state === 'kept' && performance.now() > this.#keptAt + SENT_WITHIN_MS;
    return isLate ? this.#found : this.#found.slice(0, this.#told);
  }

  add(candidate: PlacedCandidate): void {
    this.#found.push(candidate);
    this.#tellAll();
  }

  /** No further ones will come. */
  end(): void {
    this.#gathered = true;
    this.#tellAll();
  }

  /** An offer was set. `keep`: the peer gets the candidates one by one. */
  offered(keep: boolean): void {
    if (this.#state === 'told') return;
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
    setImmediate(() => this.#tellAll());
  }

  /** Tells what is kept, now. */
  flush(): void {
    this.#allow();
    this.#tellAll();
  }

  #allow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#state = 'told';
  }

  /** Our offer was rolled back: a peer that ignored it has dropped what came with it. */
  forgotten(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#state = 'unset';
    this.#told = 0;
    this.#endTold = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#state = 'unset';
  }

  #tellAll(): void {
    while (this.#state === 'told' && this.#told < this.#found.length) {
      this.#tell(this.#found[this.#told++] as PlacedCandidate);
    }
    if (this.#state !== 'told' || !this.#gathered || this.#endTold) return;
    this.#endTold = true;
    this.#tell(null);
  }
}

/** Milliseconds for which an answer is waited for. */
const LONGEST_MS = 1000;
/** Milliseconds in which a description is read to be sent, where its candidates follow one by one. */
export const SENT_WITHIN_MS = 100;
