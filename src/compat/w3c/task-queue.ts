import { afterTask } from '../../time/clock.js';

/**
 * Work that the W3C queues as tasks, one behind the other: code that awaited the first, and then listens for the second, has
 * its listener in time. Nothing runs before `release()`.
 */
export class TaskQueue {
  readonly #waiting: (() => void)[] = [];
  #state: 'held' | 'idle' | 'running' = 'held';

  add(work: () => void): void {
    this.#waiting.push(work);
    if (this.#state === 'idle') this.#next();
  }

  release(): void {
    if (this.#state === 'held') this.#next();
  }

  #next(): void {
    const work = this.#waiting.shift();
    this.#state = work ? 'running' : 'idle';
    if (!work) return;
    afterTask(() => this.#next());
    work();
  }
}
