import { EventEmitter } from 'eventemitter3';
import { checkEventName, type EventNames, wrongType } from '../arguments/argument.js';
import { reportUncaught } from '../native/firewall.js';

/** Event names with the arguments their listeners get. */
export type EventMap<Events> = { [K in keyof Events]: unknown[] };

type Listener<Args extends unknown[]> = (...args: Args) => void;
// oxlint-disable-next-line typescript/no-explicit-any -- a listener of whatever event
type AnyListener = (...args: any[]) => void;

/** Ends a subscription; disposing twice does nothing. */
export interface Subscription extends Disposable {
  unsubscribe(): void;
}

/** What the emitter calls for one subscription: no other has it, so removing it removes nothing else. */
interface Entry {
  (...args: unknown[]): void;
  readonly listener: AnyListener;
}

/**
 * Something with events. It has the interface of Node.js's `EventEmitter`, so that `once()` and `on()` of `node:events` take
 * it, in the types, too. Event names are checked, and any number of listeners is fine.
 */
export abstract class Emitter<Events extends EventMap<Events>> {
  readonly #kind: string;
  readonly #names: Readonly<Record<string, true>>;
  readonly #emitter = new EventEmitter();

  /** `kind` is what messages call the subject. @internal */
  protected constructor(kind: string, names: EventNames<Events>) {
    this.#kind = kind;
    this.#names = names;
  }

  /** Where it stands in the ownership tree. */
  abstract get path(): string;

  /** Adds a listener. One that throws is reported like any uncaught error; the others still get the event. */
  on<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): this {
    this.#add(event, listener);
    return this;
  }

  once<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): this {
    this.#add(event, listener, { once: true });
    return this;
  }

  /** Ends one subscription of the listener: the newest, as in Node.js. */
  off<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): this {
    this.#check(event, listener);
    const entry = this.#entries(event).findLast((each) => each.listener === listener);
    if (entry) this.#emitter.off(event, entry);
    return this;
  }

  /** Adds a listener that is removed when the returned subscription is disposed: `using sub = …`. */
  subscribe<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): Subscription {
    const entry = this.#add(event, listener);
    const unsubscribe = () => void this.#emitter.off(event, entry);
    return { unsubscribe, [Symbol.dispose]: unsubscribe };
  }

  /** The same as `on`. */
  addListener<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): this {
    return this.on(event, listener);
  }

  /** The same as `off`. */
  removeListener<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): this {
    return this.off(event, listener);
  }

  /** Adds a listener that is called before the others. */
  prependListener<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): this {
    this.#add(event, listener, { first: true });
    return this;
  }

  prependOnceListener<E extends keyof Events & string>(event: E, listener: Listener<Events[E]>): this {
    this.#add(event, listener, { once: true, first: true });
    return this;
  }

  /** Removes all listeners of the event, or of every event: also those of other code that uses the same object. */
  removeAllListeners(event?: keyof Events & string): this {
    if (event !== undefined) this.#checkName(event);
    this.#emitter.removeAllListeners(event);
    return this;
  }

  /** Calls the listeners, as when the event happens; nothing else is done. True if there are any. */
  emit<E extends keyof Events & string>(event: E, ...args: Events[E]): boolean {
    this.#checkName(event);
    return this.#emitter.emit(event, ...args);
  }

  /** Names of the events that have listeners. */
  eventNames(): (keyof Events & string)[] {
    return this.#emitter.eventNames() as (keyof Events & string)[];
  }

  listenerCount(event: keyof Events & string): number {
    this.#checkName(event);
    return this.#emitter.listenerCount(event);
  }

  listeners<E extends keyof Events & string>(event: E): Listener<Events[E]>[] {
    this.#checkName(event);
    return this.#entries(event).map(({ listener }) => listener);
  }

  /** What is called for each listener, which is its property `listener`. */
  rawListeners<E extends keyof Events & string>(event: E): Listener<Events[E]>[] {
    this.#checkName(event);
    return this.#entries(event);
  }

  /** 0, which means that there is no limit. */
  getMaxListeners(): number {
    return 0;
  }

  /** Does nothing: there is no limit, and no warning. */
  setMaxListeners(_count: number): this {
    return this;
  }

  /** @internal */
  protected dispatch(event: string, a?: unknown, b?: unknown): boolean {
    // A listener gets as many arguments as its event has: it may be `list.push.bind(list)`.
    if (b !== undefined) return this.#emitter.emit(event, a, b);
    return a === undefined ? this.#emitter.emit(event) : this.#emitter.emit(event, a);
  }

  /** @internal */
  protected hasListener(event: string): boolean {
    return this.#emitter.listenerCount(event) > 0;
  }

  /** The event has got its first listener. @internal */
  protected onFirstListener(_event: string): void {}

  #entries(event: string): Entry[] {
    return this.#emitter.listeners(event) as unknown as Entry[];
  }

  #checkName(event: unknown): void {
    checkEventName(event, this.#names, this.#kind);
  }

  #check(event: unknown, listener: unknown): void {
    this.#checkName(event);
    if (typeof listener !== 'function') throw wrongType('listener', 'a function', listener);
  }

  #add(event: string, listener: AnyListener, { once = false, first = false } = {}): Entry {
    this.#check(event, listener);
    // Each listener has a firewall of its own: one that throws neither reaches native code (H9) nor keeps the event
    // from its neighbours.
    let isOver = false; // an event that is emitted within its own emission meets the listener again
    const call = (...args: unknown[]) => {
      if (isOver) return;
      if (once) {
        isOver = true;
        this.#emitter.off(event, entry);
      }
      try {
        listener.apply(this, args);
      } catch (error) {
        reportUncaught(error, this.path);
      }
    };
    const entry: Entry = Object.assign(call, { listener });
    const isFirst = !this.hasListener(event);
    const others = first ? this.#entries(event) : [];
    if (first) this.#emitter.removeAllListeners(event);
    this.#emitter.on(event, entry);
    for (const each of others) this.#emitter.on(event, each);
    if (isFirst) this.onFirstListener(event);
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
  readonly #dropped: ((args: EventArguments) => void) | undefined;
  readonly #pending = new Map<string, EventArguments[]>();

  /** `dropped` is called with what there was no room for. */
  constructor(
    hasListener: (event: string) => boolean,
    emit: (event: string, args: EventArguments) => void,
    dropped?: (args: EventArguments) => void,
  ) {
    this.#hasListener = hasListener;
    this.#emit = emit;
    this.#dropped = dropped;
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
    if (kept.length <= MOST_WAITING) return;
    const [oldest] = kept.splice(0, 1) as [EventArguments];
    this.#dropped?.(oldest);
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

export const MOST_WAITING = 1024;
