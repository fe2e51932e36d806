/** The W3C's negotiation-needed flag (section 4.7.3): one event for all that came since the last negotiation. */
export class NegotiationNeeded {
  readonly #isNeeded: () => boolean;
  readonly #tell: () => void;
  /** `pending`: the event is on its way. `told`: nothing was negotiated since. */
  #state: 'clear' | 'pending' | 'told' = 'clear';

  constructor(isNeeded: () => boolean, tell: () => void) {
    this.#isNeeded = isNeeded;
    this.#tell = tell;
  }

  /** Something changed that a negotiation may be needed for. */
  update(): void {
    if (this.#state !== 'clear' || !this.#isNeeded()) return;
    this.#state = 'pending';
    setImmediate(() => {
      if (this.#state !== 'pending') return;
      this.#state = this.#isNeeded() ? 'told' : 'clear';
      if (this.#state === 'told') this.#tell();
    });
  }

  /** A negotiation is complete. */
  clear(): void {
    this.#state = 'clear';
  }
}
