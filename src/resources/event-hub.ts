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

/** What the emitter calls for one subscription: no other has it, so removing it removes nothing else. */
interface Entry {
  (...args: unknown[]): void;
  readonly listener: AnyListener;
}

/** Any string may be an event: one that never comes does no harm. */
function checkSubscription(event: unknown, listener: unknown): void {
  if (typeof event !== 'string') throw wrongType('event', 'a string', event);
  if (typeof listener !== 'function') throw wrongType('listener', 'a function', listener);
}

/** The listeners of one handle. No event of this package has more than two arguments. */
export class EventHub {
  readonly #subject: object;
  readonly #path: () => string;
  readonly #emitter = new EventEmitter();
  readonly #onFirst: (event: string) => void;

  /** `onFirst` is called when an event gets its first listener. */
  constructor(subject: object, path: () => string, onFirst: (event: string) => void) {
    this.#subject = subject;
    this.#path = path;
    this.#onFirst = onFirst;
  }

  on(event: string, listener: AnyListener): void {
    this.#add(event, listener, false);
  }

  once(event: string, listener: AnyListener): void {
    this.#add(event, listener, true);
  }

  subscribe(event: string, listener: AnyListener): Subscription {
    const entry = this.#add(event, listener, false);
    const unsubscribe = () => void this.#emitter.off(event, entry);
    return { unsubscribe, [Symbol.dispose]: unsubscribe };
  }

  /** Ends one subscription of the listener: the newest, as in Node.js. */
  off(event: string, listener: AnyListener): void {
    checkSubscription(event, listener);
    const entries = this.#emitter.listeners(event) as unknown as Entry[];
    const entry = entries.findLast((each) => each.listener === listener);
    if (entry) this.#emitter.off(event, entry);
  }

  has(event: string): boolean {
    return this.#emitter.listenerCount(event) > 0;
  }

  emit(event: string, a?: unknown, b?: unknown): boolean {
    // A listener gets as many arguments as its event has: it may be `list.push.bind(list)`.
    if (b !== undefined) return this.#emitter.emit(event, a, b);
    return a === undefined ? this.#emitter.emit(event) : this.#emitter.emit(event, a);
  }

  #add(event: string, listener: AnyListener, once: boolean): Entry {
    checkSubscription(event, listener);
    // Each listener has a firewall of its own: one that throws neither reaches native code (H9) nor keeps the event
    // from its neighbours.
    const call = (...args: unknown[]) => {
      try {
        listener.apply(this.#subject as never, args as never[]);
      } catch (error) {
        reportUncaught(error, this.#path());
      }
    };
    const entry: Entry = Object.assign(call, { listener });
    const isFirst = !this.has(event);
    if (once) this.#emitter.once(event, entry);
    else this.#emitter.on(event, entry);
    if (isFirst) this.#onFirst(event);
    return entry;
  }
}
