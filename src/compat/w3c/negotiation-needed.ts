/** The W3C's negotiation-needed flag (section 4.7.3): one event for all that came since the last negotiation. */
export class NegotiationNeeded {
  readonly #isNeeded: () => boolean;
  readonly #fire: () => void;
  /** `pending`: the event is on its way. `fired`: nothing was negotiated since. */
  #state: 'clear' | 'pending' | 'fired' = 'clear';

  constructor(isNeeded: () => boolean, fire: () => void) {
    this.#isNeeded = isNeeded;
    this.#fire = fire;
  }

  /** Something changed that a negotiation may be needed for. */
  update(): void {
    if (this.#state !== 'clear' || !this.#isNeeded()) return;
    this.#state = 'pending';
    setImmediate(() => {
      if (this.#state !== 'pending') return;
      this.#state = this.#isNeeded() ? 'fired' : 'clear';
      if (this.#state === 'fired') this.#fire();
    });
  }

  /** A negotiation is complete. */
  clear(): void {
    this.#state = 'clear';
  }
}
