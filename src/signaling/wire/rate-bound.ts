/** Bounds what a peer can make this end send: a server sends away who sends too much. */
export class RateBound {
  #at = Number.NaN;

  /** True at most once in 100 ms. What is left out is sent again by a timer, first after some 250 ms. */
  allows(now: number): boolean {
    if (now - this.#at < APART_MS) return false;
    this.#at = now;
    return true;
  }
}

/** Milliseconds: less than the first wait of a repetition, 250 at the least by default. */
const APART_MS = 100;
