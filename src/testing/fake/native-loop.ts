/** Node hands over at most this many queued calls of one thread-safe function a turn (H4). */
const CALLS_PER_TURN = 1000;
/** How often work that a fault holds back is looked at again, in milliseconds. */
const RETRY_MS = 5;

/** A registered callback with its waiting calls, as the event loop serves it. */
export interface ServedQueue {
  readonly length: number;
  dispatchOne(): void;
  abort(): void;
}

interface Task {
  readonly turn: number;
  readonly run: () => void;
}

/**
 * Stands for the library's threads and for the hand-over of their callbacks to JavaScript. Everything runs in
 * later event-loop turns, in a fixed order: first the library's tasks, then the queued callbacks by the order
 * of their registration. Keeps the process alive only while there is work.
 */
export class NativeLoop {
  #tasks: Task[] = [];
  readonly #queues = new Set<ServedQueue>();
  readonly #retries = new Set<NodeJS.Timeout>();
  #turn = 0;
  #scheduled = false;

  get turn(): number {
    return this.#turn;
  }

  /** Runs `run` in the next turn, or `turns` turns behind it. */
  enqueue(run: () => void, turns = 0): void {
    this.#tasks.push({ turn: this.#turn + 1 + turns, run });
    this.wake();
  }

  /** Looks again later, without holding the process: for work that a fault blocks. */
  retry(run: () => void): void {
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      run();
    }, RETRY_MS);
    timer.unref();
    this.#retries.add(timer);
  }

  addQueue(queue: ServedQueue): void {
    this.#queues.add(queue);
  }

  removeQueue(queue: ServedQueue): void {
    this.#queues.delete(queue);
  }

  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#runTurn());
  }

  /** Forgets all work: the library's threads are gone. */
  clear(): void {
    this.#tasks = [];
    for (const queue of [...this.#queues]) queue.abort();
    for (const timer of this.#retries) clearTimeout(timer);
    this.#retries.clear();
  }

  #runTurn(): void {
    this.#turn += 1;
    const due = this.#tasks.filter((task) => task.turn <= this.#turn);
    this.#tasks = this.#tasks.filter((task) => task.turn > this.#turn);
    for (const task of due) task.run();
    // An immediate for each call, as the addon opens a callback scope for each: promise reactions run in between.
    for (const queue of this.#queues) {
      const calls = Math.min(queue.length, CALLS_PER_TURN);
      for (let i = 0; i < calls; i += 1) setImmediate(dispatch, queue);
    }
    setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#scheduled = false;
    if (this.#tasks.length > 0 || [...this.#queues].some((queue) => queue.length > 0)) this.wake();
  }
}

function dispatch(queue: ServedQueue): void {
  queue.dispatchOne();
}
