import { yieldProcessor } from '../../../time/clock.js';

/**
 * Waits until the library has opened the channels that were there before the transport was up.
 *
 * It does so in a thread, some time after it has said `connected`. A channel made in between is opened at once, and
 * again by that thread; the peer closes a channel that is opened twice (H51). A channel with an agreed id is opened
 * without a word to the peer, so one that was made before shows by `isOpen()` that the thread has been there.
 */
export class OpenBarrier {
  readonly #isAwaited: () => boolean;
  #waitsUntil: number | undefined;

  /** `isAwaited`: the transport is up, and the channel that was made before is not open yet. */
  constructor(isAwaited: () => boolean) {
    this.#isAwaited = isAwaited;
  }

  /** Returns when a channel can be made; blocks for the thread's turn, some tenths of a millisecond. */
  wait(): void {
    if (!this.#isAwaited()) return;
    this.#waitsUntil ??= performance.now() + MOST_MS;
    while (performance.now() < this.#waitsUntil && this.#isAwaited()) yieldProcessor(YIELD_MS);
  }
}

const YIELD_MS = 0.1;
/**
 * Milliseconds that a connection waits in all. A thread that gets no processor for so long is not waited for, nor are
 * channels that are added to a connection for media.
 */
const MOST_MS = 50;
