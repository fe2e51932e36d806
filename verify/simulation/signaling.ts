import type { Signaling, SignalingMessage } from '../../src/index.js';
import type { SimulatedProcess, World } from './world.js';

/** Milliseconds that a message takes at most, beside the latency of the network. */
const MOST_MS = 10;

/** A signaling between two processes: keeps the order, and loses nothing but what comes to a process that is dead. */
export class SimulatedSignaling implements Signaling {
  readonly #world: World;
  readonly #owner: SimulatedProcess;
  readonly #altered: (sdp: string) => string;
  #peer: SimulatedSignaling | undefined;
  #subscriber: ((message: unknown) => void) | undefined;
  readonly #waiting: unknown[] = [];
  #lastArrival = 0;

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

  send(message: SignalingMessage): void {
    const sent =
      'description' in message
        ? { description: { ...message.description, sdp: this.#altered(message.description.sdp) } }
        : message;
    const { now, choices } = this.#world;
    this.#lastArrival = Math.max(this.#lastArrival, now + choices.next() * MOST_MS);
    const peer = this.#peer!;
    this.#world.at(this.#lastArrival, peer.#owner, () => peer.#arrive(structuredClone(sent)));
  }

  subscribe(onMessage: (message: unknown) => void): Disposable {
    this.#subscriber = onMessage;
    for (const message of this.#waiting.splice(0)) queueMicrotask(() => this.#subscriber?.(message));
    return {
      [Symbol.dispose]: () => {
        this.#subscriber = () => {};
      },
    };
  }

  close(): void {}

  #arrive(message: unknown): void {
    if (this.#subscriber) this.#subscriber(message);
    else this.#waiting.push(message);
  }
}
