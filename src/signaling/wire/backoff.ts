export interface BackoffOptions {
  /** Milliseconds before the first repetition. */
  first?: number | undefined;
  /** Milliseconds that no wait exceeds. */
  longest?: number | undefined;
}

/**
 * Delays that double, with jitter between half of the delay and the whole: clients that lost the same server at the same
 * moment must not all reconnect at the same moment.
 */
export class Backoff {
  readonly #first: number;
  readonly #longest: number;
  #attempts = 0;

  constructor(standard: { first: number; longest: number }, { first, longest }: BackoffOptions = {}) {
    this.#first = first ?? standard.first;
    this.#longest = longest ?? standard.longest;
  }

  /** Milliseconds of the next wait. */
  next(): number {
    const whole = Math.min(this.#longest, this.#first * 2 ** this.#attempts);
    if (whole < this.#longest) this.#attempts++;
    return whole * (0.5 + Math.random() / 2);
  }

  reset(): void {
    this.#attempts = 0;
  }
}
