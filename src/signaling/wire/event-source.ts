import { wrongType, checkEventName, type EventNames } from '../../arguments/argument.js';
import { reportUncaught } from '../../native/firewall.js';

type Listener<A extends unknown[]> = (...args: A) => void;

interface Entry<A extends unknown[]> {
  readonly listener: Listener<A>;
  readonly once: boolean;
}

/** An object with typed events, for Node.js and browsers; `Events` names the arguments of each. */
export abstract class EventSource<Events extends { [K in keyof Events]: unknown[] }> {
  readonly #path: string;
  readonly #kind: string;
  readonly #names: EventNames<Events>;
  readonly #entries: { [K in keyof Events]?: Entry<Events[K]>[] | undefined } = Object.create(null);

  /** `path` names it in what a listener throws; `kind` is what messages call it. */
  protected constructor(path: string, kind: string, names: EventNames<Events>) {
    this.#path = path;
    this.#kind = kind;
    this.#names = names;
  }

  on<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this {
    this.#add(event, listener, false);
    return this;
  }

  once<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this {
    this.#add(event, listener, true);
    return this;
  }

  /** Ends one subscription of the listener: the newest, as in Node.js. */
  off<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this {
    this.#check(event, listener);
    const entry = this.#entries[event]?.findLast((each) => each.listener === listener);
    if (entry) this.#remove(event, entry);
    return this;
  }

  /** The same as `off`; `once` of `node:events` calls it. */
  removeListener<K extends keyof Events>(event: K, listener: Listener<Events[K]>): this {
    return this.off(event, listener);
  }

  /** Like `on`, until the result is disposed. */
  subscribe<K extends keyof Events>(
    event: K,
    listener: Listener<Events[K]>,
  ): Disposable & { unsubscribe(): void } {
    const entry = this.#add(event, listener, false);
    const unsubscribe = () => this.#remove(event, entry);
    return { unsubscribe, [Symbol.dispose]: unsubscribe };
  }

  /** False when there is no listener. An exception of a listener is an uncaught error; the others are called all the same. */
  protected emit<K extends keyof Events>(event: K, ...args: Events[K]): boolean {
    const entries = this.#entries[event] ?? [];
    for (const entry of entries) {
      if (entry.once) this.#remove(event, entry);
      try {
        entry.listener.apply(this, args);
      } catch (error) {
        reportUncaught(error, this.#path);
      }
    }
    return entries.length > 0;
  }

  #check(event: unknown, listener: unknown): void {
    checkEventName(event, this.#names, this.#kind);
    if (typeof listener !== 'function') throw wrongType('listener', 'a function', listener);
  }

  #add<K extends keyof Events>(event: K, listener: Listener<Events[K]>, once: boolean): Entry<Events[K]> {
    this.#check(event, listener);
    const entry = { listener, once };
    this.#entries[event] = [...(this.#entries[event] ?? []), entry];
    return entry;
  }

  /** Copies the list: `emit` may be iterating over it. */
  #remove<K extends keyof Events>(event: K, entry: Entry<Events[K]>): void {
    this.#entries[event] = this.#entries[event]?.filter((each) => each !== entry);
  }
}
