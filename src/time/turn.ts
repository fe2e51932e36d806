import type { Deadline } from './deadline.js';

// Taken while it is real: fake timers of a test must not stop a teardown half way.
const { setImmediate } = globalThis;

/** Calls `callback` in the next turn of the event loop. */
export function afterTurn(callback: () => void): NodeJS.Immediate {
  return setImmediate(callback);
}

/** Resolves in the next turn of the event loop: callbacks that a native had queued before have been called by then. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

let turn = 0;
let counts = false;

/**
 * A number that only this turn of the event loop has. One callback for all that ask in it, and none where nobody
 * does.
 */
export function currentTurn(): number {
  if (!counts) {
    counts = true;
    afterTurn(() => {
      counts = false;
      turn++;
    });
  }
  return turn;
}

/** Milliseconds that one turn of the event loop may take; a frame of an application is 16. */
const SLICE_MS = 8;

/** Says when work that takes long is to yield to the event loop. */
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

/**
 * Waits until `activity()` has stayed the same for three turns of the event loop: then every call that a
 * native queued before has been made. (The addon hands over at most 1000 calls a turn, so one quiet turn
 * means an empty queue; the others are for a call that is just being queued.)
 */
export async function quietTurns(activity: () => number, deadline: Deadline): Promise<void> {
  let seen = activity();
  for (let quiet = 0; quiet < QUIET_TURNS && !deadline.expired; quiet++) {
    await nextTurn();
    const now = activity();
    if (now !== seen) quiet = -1;
    seen = now;
  }
}

const QUIET_TURNS = 3;

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
