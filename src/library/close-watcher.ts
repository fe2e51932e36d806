import type { Clock } from '../time/clock.js';

export interface Watched {
  /** Called every few milliseconds; must cost no more than a native getter when nothing happened. */
  checkClosed(): void;
}

/**
 * Sees that natives were closed by their peer without a close callback: a registered close callback throws
 * away the messages that are still queued (H4, H5). One timer for the whole process, none while nothing is
 * open, and it never keeps the process alive.
 */
export class CloseWatcher {
  readonly #clock: Clock;
  readonly #watched = new Set<Watched>();
  #cancel: (() => void) | undefined;
  /** When the next look is due. */
  #dueAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  watch(watched: Watched): void {
    this.#watched.add(watched);
    this.#schedule();
  }

  unwatch(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size === 0) {
      this.#cancel?.();
      this.#cancel = undefined;
    }
  }

  /** Checks everything now, for instance because a connection just ended. */
  check(): void {
    for (const watched of this.#watched) watched.checkClosed();
  }

  /** This turn of the event loop has taken so long that a look is late. */
  get isLate(): boolean {
    return this.#cancel !== undefined && this.#clock.now() > this.#dueAt + LATE_MS;
  }

  #schedule(): void {
    if (this.#cancel || this.#watched.size === 0) return;
    const interval = this.#interval();
    this.#dueAt = this.#clock.now() + interval;
    this.#cancel = this.#clock.after(interval, () => {
      this.#cancel = undefined;
      this.check();
      this.#schedule();
    });
  }

  /** Milliseconds to the next look: more objects, longer pauses, so that the share of a core stays bounded. */
  #interval(): number {
    return Math.min(MOST_MS, Math.max(LEAST_MS, this.#watched.size / OBJECTS_PER_MS));
  }
}

const LEAST_MS = 10;
const MOST_MS = 1000;
/** By so much a timer of Node.js may be late in a process with little to do. */
const LATE_MS = 5;
/** Asking one takes about a microsecond: less than one per cent of a core, however many there are. */
const OBJECTS_PER_MS = 8;
