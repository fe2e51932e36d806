import { EventEmitter } from 'eventemitter3';
import { reportUncaught } from '../native/firewall.js';

/** Event names with the arguments their listeners get. */
export type EventMap<Events> = { [K in keyof Events]: unknown[] };

/** A listener of whatever event. */
export type AnyListener = (...args: never[]) => void;

/** Ends a subscription; disposing twice does nothing. */
export interface Subscription extends Disposable {
  unsubscribe(): void;
}

interface Entry {
  readonly listener: AnyListener;
  readonly hub: EventHub;
  readonly event: string;
  readonly once: boolean;
}

/**
 * Called by the emitter with an entry as `this`, so that each listener has a firewall of its own (P4): one that
 * throws neither reaches native code (H9) nor keeps the message from its neighbours.
 */
function deliver(this: Entry, a?: unknown, b?: unknown): void {
  if (this.once) this.hub.off(this.event, this.listener);
  try {
    this.listener.call(this.hub.subject as never, a as never, b as never);
  } catch (error) {
    reportUncaught(error, this.hub.path());
  }
}

/** The listeners of one handle. No event of this package has more than two arguments. */
export class EventHub {
  readonly subject: object;
  readonly path: () => string;
  readonly #emitter = new EventEmitter();
  readonly #entries = new Map<string, Entry[]>();
  readonly #onFirst: (event: string) => void;

  /** `onFirst` is called when an event gets its first listener. */
  constructor(subject: object, path: () => string, onFirst: (event: string) => void) {
    this.subject = subject;
    this.path = path;
    this.#onFirst = onFirst;
  }

  on(event: string, listener: AnyListener, once = false): void {
    if (typeof event !== 'string') throw new TypeError(`event must be a string, got ${typeof event}`);
    if (typeof listener !== 'function') {
      throw new TypeError(`listener must be a function, got ${listener === null ? 'null' : typeof listener}`);
    }
    const entry: Entry = { listener, hub: this, event, once };
    const entries = this.#entries.get(event);
    if (entries) entries.push(entry);
    else this.#entries.set(event, [entry]);
    this.#emitter.on(event, deliver, entry);
    if (!entries) this.#onFirst(event);
  }

  off(event: string, listener: AnyListener): void {
    const entries = this.#entries.get(event);
    const at = entries?.findIndex((entry) => entry.listener === listener) ?? -1;
    if (!entries || at < 0) return;
    this.#emitter.off(event, deliver, entries[at]);
    entries.splice(at, 1);
    if (entries.length === 0) this.#entries.delete(event);
  }

  has(event: string): boolean {
    return this.#entries.has(event);
  }

  emit(event: string, a?: unknown, b?: unknown): boolean {
    return this.#emitter.emit(event, a, b);
  }

  clear(): void {
    this.#entries.clear();
    this.#emitter.removeAllListeners();
  }
}
