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

/** Milliseconds that one turn of the event loop may take; a frame of an application is 16. */
const SLICE_MS = 8;

/** Tells work that goes on for long when to give way to the event loop. */
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
