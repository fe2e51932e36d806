/**
 * Chooses the stream ids of the channels that this end of a connection creates.
 *
 * The library would take the lowest that is free in its own table, which is mostly the one that was freed last: a peer
 * may still be closing that stream (libwebrtc refuses a channel on it, GStreamer never opens it), and the library itself
 * resets it a second time when the peer's reset comes. So each id is used once before any is used again, and then the
 * one whose reset was seen the longest ago.
 */
export class StreamIds {
  readonly #used = new Set<number>();
  /** Ids whose reset is complete, the oldest first. */
  readonly #free = new Set<number>();
  #next: number | undefined;

  /**
   * An id for the next channel, one of every other from `first` on, which are ours to give. `undefined` where each up to
   * `most` was used and no reset was seen: the library may know of one.
   */
  take(first: number, most: number): number | undefined {
    this.#next ??= first;
    for (; this.#next <= most; this.#next += 2) if (!this.#used.has(this.#next)) return this.#next;
    for (const id of this.#free) if (id % 2 === first) return id;
    return undefined;
  }

  /** A channel was given this id by the library, or by the program. */
  use(id: number): void {
    this.#used.add(id);
    this.#free.delete(id);
  }

  /** The channel with this id is gone. `isFree`: the peer's reset was seen, so the id is not in the library's table. */
  left(id: number, isFree: boolean): void {
    this.#used.add(id);
    this.#free.delete(id);
    if (isFree) this.#free.add(id);
  }
}
