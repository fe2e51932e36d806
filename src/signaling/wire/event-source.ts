import { reportUncaught } from '../../native/firewall.js';

type Listener<A extends unknown[]> = (...args: A) => void;

interface Entry<A extends unknown[]> {
  readonly listener: Listener<A>;
  readonly once: boolean;
}

/** An object with typed events, for Node.js and browsers; `Events` names the arguments of each. */
export abstract class EventSource<Events extends { [K in keyof Events]: unknown[] }> {
  readonly #path: string;
  readonly #entries: { [K in keyof Events]?: Entry<Events[K]>[] } = Object.create(null);

  /** `path` names it in what a listener throws. */
  protected constructor(path: string) {
    this.#path = path;
  }

  on<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this {
    return this.#add(event, listener, false);
  }

  once<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this {
    return this.#add(event, listener, true);
  }

  off<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this {
    const entries = this.#entries[event] ?? [];
    const at = entries.findIndex((entry) => entry.listener === listener);
    // A copy: it may be on its way through the list.
    if (at >= 0) this.#entries[event] = entries.filter((_, index) => index !== at);
    return this;
  }

  /** Like `on`, until the result is disposed. */
  subscribe<K extends keyof Events>(
    event: K,
    listener: Listener<Events[K]>,
  ): Disposable & { unsubscribe(): void } {
    this.on(event, listener);
    const unsubscribe = () => void this.off(event, listener);
    return { unsubscribe, [Symbol.dispose]: unsubscribe };
  }

  /** False when nobody listens. What a listener throws is an uncaught error; the others are called all the same. */
  protected emit<K extends keyof Events>(event: K, ...args: Events[K]): boolean {
    const entries = this.#entries[event] ?? [];
    for (const { listener, once } of entries) {
      if (once) this.off(event, listener);
      try {
        listener.apply(this, args);
      } catch (error) {
        reportUncaught(error, this.#path);
      }
    }
    return entries.length > 0;
  }

  #add<K extends keyof Events>(event: K, listener: Listener<Events[K]>, once: boolean): this {
    if (typeof listener !== 'function')
      throw new TypeError(`the listener of ${String(event)} must be a function`);
    this.#entries[event] = [...(this.#entries[event] ?? []), { listener, once }];
    return this;
  }
}
