/** A callback slot that remembers the last call made while it was empty and makes it up when it is filled. */
export class StoredCallback<Args extends unknown[]> {
  #callback: ((...args: Args) => void) | undefined;
  #stored: Args | undefined;

  set(callback: (...args: Args) => void): void {
    this.#callback = callback;
    const stored = this.#stored;
    this.#stored = undefined;
    if (stored !== undefined) callback(...stored);
  }

  call(...args: Args): void {
    if (this.#callback === undefined) this.#stored = args;
    else this.#callback(...args);
  }

  reset(): void {
    this.#callback = undefined;
    this.#stored = undefined;
  }
}
