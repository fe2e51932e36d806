interface Entry {
  readonly due: number;
  readonly number: number;
  readonly work: () => void;
}

/**
 * Work for later, in the order of its time, with one timer for all of it. What is due within the next two milliseconds
 * is waited for turn by turn where `isPrecise`: a timer of Node.js is as much too late.
 */
export class Schedule {
  readonly #isPrecise: boolean;
  /** A heap: no entry is due before the one at half its index. */
  readonly #heap: Entry[] = [];
  #number = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  #turn: NodeJS.Immediate | undefined;
  #lateness = 0;

  constructor(isPrecise = false) {
    this.#isPrecise = isPrecise;
  }

  /** Milliseconds by which something was done too late, at the most: a machine is busy. */
  get lateness(): number {
    return this.#lateness;
  }

  /** `due`: in milliseconds of `performance.now()`. What is due at the same time is done in the order of the calls. */
  at(due: number, work: () => void): void {
    const heap = this.#heap;
    const entry = { due, number: this.#number++, work };
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
    if (index === 0) this.#wait();
  }

  after(ms: number, work: () => void): void {
    this.at(performance.now() + ms, work);
  }

  /** Drops all that is not done yet. */
  clear(): void {
    this.#heap.length = 0;
    clearTimeout(this.#timer);
    if (this.#turn) clearImmediate(this.#turn);
    this.#timer = this.#turn = undefined;
    this.#timerDue = Number.POSITIVE_INFINITY;
  }

  #wait(): void {
    const first = this.#heap[0];
    if (!first || this.#turn) return;
    const ms = first.due - performance.now();
    if (this.#isPrecise && ms < TIMER_ERROR_MS) this.#turn = setImmediate(() => this.#run());
    else if (first.due < this.#timerDue) {
      clearTimeout(this.#timer);
      this.#timerDue = first.due;
      this.#timer = setTimeout(() => this.#run(), this.#isPrecise ? ms - TIMER_ERROR_MS : Math.ceil(ms));
    }
  }

  #run(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#turn = undefined;
    this.#timerDue = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (let first = this.#heap[0]; first && first.due <= now; first = this.#heap[0]) {
      this.#lateness = Math.max(this.#lateness, now - first.due);
      this.#removeFirst();
      first.work();
    }
    this.#wait();
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      const below = heap[child] as Entry;
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.due < b.due || (a.due === b.due && a.number < b.number);

/** By so much a timer of Node.js may be late when the process has nothing else to do. */
const TIMER_ERROR_MS = 2;
