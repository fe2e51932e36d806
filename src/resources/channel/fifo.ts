/** A queue whose `shift` is cheap however long it is; knows the bytes it holds. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  readonly #sizeOf: (item: T) => number;

  constructor(sizeOf: (item: T) => number) {
    this.#sizeOf = sizeOf;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#bytes += this.#sizeOf(item);
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head] as T;
    this.#items[this.#head++] = undefined;
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    this.#bytes -= this.#sizeOf(item);
    return item;
  }

  /** Drops what is behind the first `length` items. */
  truncate(length: number): void {
    for (const dropped of this.#items.splice(this.#head + length)) this.#bytes -= this.#sizeOf(dropped as T);
  }

  /** Takes everything, in order. */
  drain(): T[] {
    const items = this.#items.slice(this.#head) as T[];
    this.#items = [];
    this.#head = 0;
    this.#bytes = 0;
    return items;
  }
}

const COMPACT_AT = 1024;
