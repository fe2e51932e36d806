import { afterTurn, type Clock, currentTurn, nextTurn } from '../../time/clock.js';

export interface OpenGateOwner {
  /** That of the event loop which hands the messages over. */
  readonly clock: Clock;
  hasListener(event: 'open' | 'message'): boolean;
  /** Calls the listeners of `open`; false where there are none. */
  emitOpen(): boolean;
  /** Messages may be handed over now. */
  handOver(): void;
}

/** Holds messages until `open` was emitted, and for the rest of that turn of the event loop. */
export class OpenGate {
  readonly #owner: OpenGateOwner;
  /** The turn in which `open` was emitted; `before` where that turn is over. */
  #emitted: number | 'before' | undefined;
  #opensLater = false;

  constructor(owner: OpenGateOwner) {
    this.#owner = owner;
  }

  /** The channel is open: emits `open` at once, or else to the first listener. */
  emitOpen(): void {
    if (this.#emitted !== undefined) return;
    this.#emitted = currentTurn(this.#owner.clock); // before the listeners: one of them may ask for messages
    if (!this.#owner.emitOpen()) this.#emitted = undefined;
  }

  /** The channel has closed: the messages held here are handed over before `close` is emitted. */
  open(): void {
    this.#emitted = 'before';
    this.#owner.handOver();
  }

  /**
   * Waits for the end of the turn in which `open` was emitted. A peer whose last receipt overtakes its messages ends the channel
   * with the last of them, and that may be the one which opens it.
   */
  past(): Promise<void> | undefined {
    const isOver = typeof this.#emitted !== 'number' || this.#emitted !== currentTurn(this.#owner.clock);
    return isOver ? undefined : nextTurn();
  }

  /** Whether a message may go to its listeners now. */
  get passes(): boolean {
    if (this.#emitted === 'before') return true;
    if (this.#emitted === undefined && this.#owner.hasListener('open')) this.emitOpen();
    if (this.#emitted === undefined) return true; // `open` has no listener
    if (this.#emitted === currentTurn(this.#owner.clock)) {
      this.#openLater();
      return false;
    }
    this.#emitted = 'before';
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
