import { EventEmitter } from 'eventemitter3';
import { checkEventName } from '../arguments/event-name.js';
import { wrongType } from '../arguments/argument.js';
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

/** The listeners of one handle. No event of this package has more than two arguments. */
export class EventHub {
  readonly #subject: object;
  readonly #kind: string;
  readonly #names: Readonly<Record<string, true>>;
  readonly #path: () => string;
  readonly #emitter = new EventEmitter();
  readonly #onFirst: (event: string) => void;

  /** `kind` is what messages call the subject. `onFirst` is called when an event gets its first listener. */
  constructor(
    subject: object,
    kind: string,
    names: Readonly<Record<string, true>>,
    path: () => string,
    onFirst: (event: string) => void = () => {},
  ) {
    this.#subject = subject;
    this.#kind = kind;
    this.#names = names;
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
    this.#check(event, listener);
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

  #check(event: unknown, listener: unknown): void {
    checkEventName(event, this.#names, this.#kind);
    if (typeof listener !== 'function') throw wrongType('listener', 'a function', listener);
  }

  #add(event: string, listener: AnyListener, once: boolean): Entry {
    this.#check(event, listener);
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

/** No event of this package has more than two arguments. */
type EventArguments = [a?: unknown, b?: unknown];

/**
 * Events that wait for their first listener: descriptions, candidates and channels come as soon as a connection
 * is used, and an application that adds listeners a moment later must not miss them.
 */
export class PendingEvents {
  readonly #emit: (event: string, args: EventArguments) => void;
  readonly #hasListener: (event: string) => boolean;
  readonly #pending = new Map<string, EventArguments[]>();

  constructor(hasListener: (event: string) => boolean, emit: (event: string, args: EventArguments) => void) {
    this.#hasListener = hasListener;
    this.#emit = emit;
  }

  /** Emits now when somebody listens and nothing waits; otherwise keeps the event, the latest 1024 of each. */
  emit(event: string, ...args: EventArguments): void {
    const waiting = this.#pending.get(event);
    if (!waiting && this.#hasListener(event)) {
      this.#emit(event, args);
      return;
    }
    const kept = waiting ?? [];
    if (!waiting) this.#pending.set(event, kept);
    kept.push(args);
    if (kept.length > MOST_WAITING) kept.shift();
  }

  /** Somebody listens, and nothing waits. */
  hasListener(event: string): boolean {
    return !this.#pending.has(event) && this.#hasListener(event);
  }

  /** One waits for its first listener. */
  has(event: string): boolean {
    return this.#pending.has(event);
  }

  waiting(event: string): readonly EventArguments[] {
    return this.#pending.get(event) ?? [];
  }

  /** Takes the first argument of the oldest event that waits and whose argument `matches`. */
  take(event: string, matches: (argument: unknown) => boolean): unknown {
    const waiting = this.#pending.get(event);
    const at = waiting?.findIndex(([argument]) => matches(argument)) ?? -1;
    if (!waiting || at < 0) return undefined;
    const [args] = waiting.splice(at, 1);
    if (waiting.length === 0) this.#pending.delete(event);
    return args?.[0];
  }

  /** `event` got its first listener: hands over what waited, after the caller has finished what it is doing. */
  flush(event: string): void {
    if (!this.#pending.has(event)) return;
    queueMicrotask(() => {
      const waiting = this.#pending.get(event);
      while (waiting && waiting.length > 0 && this.#hasListener(event)) {
        this.#emit(event, waiting.shift() as EventArguments);
      }
      if (waiting?.length === 0) this.#pending.delete(event);
    });
  }
}

const MOST_WAITING = 1024;
