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

/** A number that only this turn of the event loop has. One callback for all that ask in it, and none where nobody does. */
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
