import { EventEmitter } from 'eventemitter3';
import { wrongType } from '../arguments/wrong-argument.js';
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
function deliver(this: Entry, ...args: unknown[]): void {
  if (this.once) this.hub.off(this.event, this.listener);
  try {
    this.listener.apply(this.hub.subject as never, args as never[]);
  } catch (error) {
    reportUncaught(error, this.hub.path());
  }
}

/** Any string may be an event: one that never comes does no harm. */
function checkSubscription(event: unknown, listener: unknown): void {
  if (typeof event !== 'string') throw wrongType('event', 'a string', event);
  if (typeof listener !== 'function') throw wrongType('listener', 'a function', listener);
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
    checkSubscription(event, listener);
    const entry: Entry = { listener, hub: this, event, once };
    const entries = this.#entries.get(event);
    if (entries) entries.push(entry);
    else this.#entries.set(event, [entry]);
    this.#emitter.on(event, deliver, entry);
    if (!entries) this.#onFirst(event);
  }

  off(event: string, listener: AnyListener): void {
    checkSubscription(event, listener);
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
    // A listener gets as many arguments as its event has: it may be `list.push.bind(list)`.
    if (b !== undefined) return this.#emitter.emit(event, a, b);
    return a === undefined ? this.#emitter.emit(event) : this.#emitter.emit(event, a);
  }

  clear(): void {
    this.#entries.clear();
    this.#emitter.removeAllListeners();
  }
}
