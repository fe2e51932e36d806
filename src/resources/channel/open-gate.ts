import { afterTurn, currentTurn } from '../../time/turn.js';

export interface OpenGateOwner {
  hasListener(event: 'open' | 'message'): boolean;
  /** Tells the listeners of `open`; false where there are none. */
  emitOpen(): boolean;
  /** Messages may be handed over now. */
  handOver(): void;
}

/** Keeps messages back until `open` was told, and for the rest of that turn of the event loop. */
export class OpenGate {
  readonly #owner: OpenGateOwner;
  /** The turn in which `open` was told; `before` where that is over. */
  #told: number | 'before' | undefined;
  #opensLater = false;

  constructor(owner: OpenGateOwner) {
    this.#owner = owner;
  }

  /** The channel is open: told at once, or else to the first who listens. */
  tell(): void {
    if (this.#told !== undefined) return;
    this.#told = currentTurn(); // before the listeners: one of them may ask for messages
    if (!this.#owner.emitOpen()) this.#told = undefined;
  }

  /** The channel has closed: what is kept back has to go before that is told. */
  open(): void {
    this.#told = 'before';
    this.#owner.handOver();
  }

  /** Whether a message may go to its listeners now. */
  get passes(): boolean {
    if (this.#told === 'before') return true;
    if (this.#told === undefined && this.#owner.hasListener('open')) this.tell();
    if (this.#told === undefined) return true; // nobody wants to know
    if (this.#told === currentTurn()) {
      this.#openLater();
      return false;
    }
    this.#told = 'before';
    return true;
  }

  #openLater(): void {
    if (this.#opensLater) return;
    this.#opensLater = true;
    afterTurn(() => {
      this.#opensLater = false;
      this.#owner.handOver();
    });
  }
}
