/**
 * Keeps an offerer's `icecandidate` events until it has the answer. An answerer that checks a path earlier connects
 * the offerer while that still stores the answer, and now and then DTLS meets a peer without a fingerprint then and
 * the handshake fails. Told after a second all the same, for who waits for candidates before the offer is sent.
 */
export class LateCandidates {
  readonly #tell: (event: Event) => void;
  #kept: Event[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (event: Event) => void) {
    this.#tell = tell;
  }

  keep(event: Event): void {
    this.#kept.push(event);
    if (this.#timer) return;
    this.#timer = setTimeout(() => this.tellAll(), LONGEST_MS);
    this.#timer.unref();
  }

  tellAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kept = this.#kept;
    this.#kept = [];
    for (const event of kept) this.#tell(event);
  }
}

const LONGEST_MS = 1000;
