import type { FakeScheduler } from './fake-scheduler.js';

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
 * later turns, in a fixed order: first the library's tasks, then the queued callbacks by the order of their
 * registration. Keeps the process alive only while there is work.
 */
export class NativeLoop {
  readonly #scheduler: FakeScheduler;
  #tasks: Task[] = [];
  /** With the number of calls that the event loop has been given and has not made. */
  readonly #queues = new Map<ServedQueue, { readonly registered: number; given: number }>();
  /** Those with calls that the event loop has not been given. */
  readonly #ready = new Set<ServedQueue>();
  #registered = 0;
  readonly #timers = new Set<() => void>();
  #turn = 0;
  #scheduled = false;
  #isRunning = false;

  constructor(scheduler: FakeScheduler) {
    this.#scheduler = scheduler;
  }

  get turn(): number {
    return this.#turn;
  }

  now(): number {
    return this.#scheduler.now();
  }

  /** JavaScript is about to call the library, whose threads may have run since its last call. */
  preempt(): void {
    this.#scheduler.preempt?.();
  }

  /** Runs `run` in the next turn, or `turns` turns behind it. */
  enqueue(run: () => void, turns = 0): void {
    this.#tasks.push({ turn: this.#turn + 1 + turns, run });
    this.wake();
  }

  /** Looks again later, without holding the process: for work that a fault blocks. */
  retry(run: () => void): void {
    this.after(RETRY_MS, run);
  }

  /** Runs `run` when `ms` milliseconds have passed, without holding the process. */
  after(ms: number, run: () => void): void {
    const cancel = this.#scheduler.after(ms, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }

  addQueue(queue: ServedQueue): void {
    this.#queues.set(queue, { registered: this.#registered++, given: 0 });
  }

  removeQueue(queue: ServedQueue): void {
    this.#queues.delete(queue);
    this.#ready.delete(queue);
  }

  /** `queue` was given another call. */
  filled(queue: ServedQueue): void {
    this.#ready.add(queue);
    this.wake();
  }

  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#scheduler.thread(() => this.#runTurn());
  }

  /** Forgets all work: the library's threads are gone. */
  clear(): void {
    this.#tasks = [];
    for (const queue of [...this.#queues.keys()]) queue.abort();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #runTurn(): void {
    this.#turn += 1;
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) if (task.turn > this.#turn) this.#tasks.push(task);
    if (this.#tasks.length < tasks.length) {
      this.#isRunning = true;
      for (const task of tasks) if (task.turn <= this.#turn) task.run();
      this.#isRunning = false;
    }
    this.#giveReady();
    this.#scheduler.thread(() => this.#endTurn());
  }

  /**
   * Packets of another process have come. A thread of this library has taken them, and given the event loop the calls before
   * anything can see what the packets have changed.
   */
  handOver(): void {
    if (!this.#isRunning) this.#giveReady();
  }

  #giveReady(): void {
    if (this.#ready.size === 1) for (const queue of this.#ready) this.#give(queue);
    else if (this.#ready.size > 1) {
      const orderOf = (queue: ServedQueue) => this.#queues.get(queue)!.registered;
      for (const queue of [...this.#ready].sort((one, other) => orderOf(one) - orderOf(other)))
        this.#give(queue);
    }
  }

  /** A turn of the event loop for each call, as the addon opens a callback scope for each: promise reactions run in between. */
  #give(queue: ServedQueue): void {
    const served = this.#queues.get(queue)!;
    const calls = Math.min(queue.length, CALLS_PER_TURN);
    for (let i = served.given; i < calls; i += 1) this.#scheduler.eventLoop(() => this.#dispatch(queue));
    served.given = Math.max(served.given, calls);
    if (queue.length <= calls) this.#ready.delete(queue);
  }

  #dispatch(queue: ServedQueue): void {
    const served = this.#queues.get(queue);
    if (served === undefined) return; // aborted meanwhile
    served.given -= 1;
    queue.dispatchOne();
    if (served.given === 0 && queue.length > 0) this.wake();
  }

  #endTurn(): void {
    this.#scheduled = false;
    if (this.#tasks.length > 0 || this.#ready.size > 0) this.wake();
  }
}
