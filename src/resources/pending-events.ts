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
