import type { Signaling, SignalingMessage } from '../../src/index.js';
import type { SimulatedProcess, World } from './world.js';

/** Milliseconds that a message takes at most, beside the latency of the network. */
const MOST_MS = 10;

/** Who has given up listening. */
const NOBODY: Subscriber = { onMessage() {}, onClosed() {} };

interface Subscriber {
  onMessage(message: unknown): void;
  onClosed(reason?: unknown): void;
}

/**
 * A signaling between two processes: keeps the order, and loses nothing but what comes to a process that is dead, until
 * it is cut.
 */
export class SimulatedSignaling implements Signaling {
  readonly #world: World;
  readonly #owner: SimulatedProcess;
  readonly #altered: (sdp: string) => string;
  #peer: SimulatedSignaling | undefined;
  #subscriber: Subscriber | undefined;
  readonly #waiting: unknown[] = [];
  #lastArrival = 0;
  #repeats = 0;
  #isCut = false;

  private constructor(world: World, owner: SimulatedProcess, altered: (sdp: string) => string) {
    this.#world = world;
    this.#owner = owner;
    this.#altered = altered;
  }

  static pair(
    world: World,
    one: SimulatedProcess,
    other: SimulatedProcess,
    altered: (sdp: string) => string,
  ): [SimulatedSignaling, SimulatedSignaling] {
    const a = new SimulatedSignaling(world, one, altered);
    const b = new SimulatedSignaling(world, other, altered);
    a.#peer = b;
    b.#peer = a;
    return [a, b];
  }

  /** The next messages arrive twice. */
  repeat(count: number): void {
    this.#repeats += count;
  }

  /** Both ends hear that it has ended; what is on its way is lost. */
  cut(): void {
    for (const end of [this, this.#peer!]) {
      if (end.#isCut) continue;
      end.#isCut = true;
      this.#world.at(this.#world.now, end.#owner, () =>
        end.#subscriber?.onClosed(new Error('the signaling was cut')),
      );
    }
  }

  send(message: SignalingMessage): void {
    if (this.#isCut) throw new Error('the signaling was cut');
    const sent =
      'description' in message
        ? { description: { ...message.description, sdp: this.#altered(message.description.sdp) } }
        : message;
    const { now, choices } = this.#world;
    this.#lastArrival = Math.max(this.#lastArrival, now + choices.next() * MOST_MS);
    const peer = this.#peer!;
    const times = this.#repeats > 0 ? 2 : 1;
    this.#repeats -= times - 1;
    for (let n = 0; n < times; n++)
      this.#world.at(this.#lastArrival, peer.#owner, () => peer.#arrive(structuredClone(sent)));
  }

  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable {
    const subscriber = { onMessage, onClosed };
    this.#subscriber = subscriber;
    for (const message of this.#waiting.splice(0)) queueMicrotask(() => this.#subscriber?.onMessage(message));
    if (this.#isCut) queueMicrotask(() => this.#subscriber?.onClosed(new Error('the signaling was cut')));
    return {
      [Symbol.dispose]: () => {
        if (this.#subscriber === subscriber) this.#subscriber = NOBODY;
      },
    };
  }

  close(): void {}

  #arrive(message: unknown): void {
    if (this.#isCut) return;
    if (this.#subscriber) this.#subscriber.onMessage(message);
    else this.#waiting.push(message);
  }
}
