import { nextTurn } from './turn.js';

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
