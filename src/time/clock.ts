// Taken while they are real: fake timers of a test must not stop a teardown half way. Such tests have `ManualClock`.
const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, performance } = globalThis;

/** The only source of time: every bound and back-off of the package goes through one of these. */
export interface Clock {
  /** Milliseconds from an arbitrary origin; never goes backwards. */
  now(): number;
  /**
   * Calls `callback` once after `ms` milliseconds and returns a function that cancels it.
   * Never keeps the process alive.
   */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMER));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Node fires timers beyond a signed 32-bit number of milliseconds at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Keeps the process alive until the function that it returns is called. Clocks do not, and where something ends, or is between two
 * sockets, nothing else may: the process would exit with code 13 and leave the rest undone.
 */
export function holdProcess(): () => void {
  const timer = setInterval(() => {}, LONGEST_TIMER);
  return () => clearInterval(timer);
}

/**
 * Calls `callback` when the running task has ended, with the promises that it settled: before the event loop goes on, and before
 * the library calls again.
 */
export function afterTask(callback: () => void): void {
  queueMicrotask(() => process.nextTick(callback));
}

/** Calls `callback` in the next turn of the event loop. */
export function afterTurn(callback: () => void): NodeJS.Immediate {
  return setImmediate(callback);
}

/**
 * Calls `callback` in the next turn, or by the clock after `ms`: a clock that a test moves must see what is waited for. Returns a
 * function that cancels it.
 */
export function soon(clock: Clock, ms: number, callback: () => void): () => void {
  const cancel = () => {
    clearImmediate(immediate);
    cancelTimer();
  };
  const go = () => {
    cancel();
    callback();
  };
  const immediate = setImmediate(go);
  const cancelTimer = clock.after(ms, go);
  return cancel;
}

/** Resolves in the next turn of the event loop: callbacks that a native had queued before have been called by then. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Resolves when every call has been made that a thread of the library had given the event loop: the turn that goes on may miss it. */
export async function callsMade(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

/** Of the event loop of each clock. The simulation runs several processes in one, and ends some in the middle of a turn. */
const turns = new WeakMap<Clock, { number: number; counts: boolean }>();

/**
 * A number that differs from one turn of the event loop to the next; `clock` is that of the event loop. All callers in a turn
 * share one callback; without callers there is none.
 */
export function currentTurn(clock: Clock): number {
  let turn = turns.get(clock);
  if (!turn) turns.set(clock, (turn = { number: 0, counts: false }));
  if (!turn.counts) {
    const counted = turn;
    counted.counts = true;
    afterTurn(() => {
      counted.counts = false;
      counted.number++;
    });
  }
  return turn.number;
}

/** Milliseconds that one turn of the event loop may take; a frame of an application is 16. */
const SLICE_MS = 8;

/** Tells long work when to let the event loop run. */
export class TurnSlice {
  #end = performance.now() + SLICE_MS;

  get over(): boolean {
    return performance.now() >= this.#end;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#end = performance.now() + SLICE_MS;
  }
}

const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Sleeps for `ms` milliseconds, fractions of one. A thread of the library that this one has just woken may have to wait
 * for its processor until it sleeps (some 3 ms on Linux 6.6 and later, even where another processor is free).
 */
export function yieldProcessor(ms: number): void {
  try {
    Atomics.wait(cell, 0, 0, ms);
  } catch {
    // Not every embedder lets its main thread wait.
  }
}
