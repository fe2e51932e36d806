export interface OfferingConnection {
  signalingState(): string;
  /** There was a negotiation before: until then the first offer says everything. */
  hasNegotiated(): boolean;
  offer(): void;
}

/**
 * The offer that tells the peer of a changed media section: one for all changes, as soon as the signaling state
 * allows one, and once more where the peer's own offer took its place.
 */
export class OwedOffers {
  readonly #connection: OfferingConnection;
  #state: 'none' | 'owed' | 'made' = 'none';

  constructor(connection: OfferingConnection) {
    this.#connection = connection;
  }

  owe(): void {
    this.#state = 'owed';
    this.#settle();
  }

  /** A description was taken; `inPlaceOfOurs`: the peer's offer, while ours had no answer. */
  described(inPlaceOfOurs: boolean): void {
    if (this.#state === 'made') this.#state = inPlaceOfOurs ? 'owed' : 'none';
    if (this.#state === 'owed') this.#settle();
  }

  #settle(): void {
    if (!this.#connection.hasNegotiated()) this.#state = 'none';
    else if (this.#connection.signalingState() === 'stable') {
      this.#state = 'made';
      this.#connection.offer();
    }
  }
}
