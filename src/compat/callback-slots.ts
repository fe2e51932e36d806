import { wrongType } from '../arguments/argument.js';
import type { AnyHandle } from '../resources/handle.js';

type Callback = (...args: never[]) => void;

/**
 * Callbacks as the binding has them: one for each event, of which the last one given counts. The handle's events
 * call them, behind its firewall (H9).
 */
export class CallbackSlots {
  readonly #callbacks = new Map<string, Callback>();

  /** Sets the callback of an event. `adapt` turns the event's arguments into the callback's. */
  set(
    handle: AnyHandle | undefined,
    event: string,
    callback: unknown,
    adapt: (...args: never[]) => unknown[] = () => [],
  ): void {
    if (typeof callback !== 'function') throw wrongType('callback', 'a function', callback);
    const isFirst = !this.#callbacks.has(event);
    this.#callbacks.set(event, callback as Callback);
    if (!isFirst || !handle) return;
    const call = (...args: unknown[]) =>
      (this.#callbacks.get(event) as (...args: unknown[]) => void)(...adapt(...(args as never[])));
    handle.on(event, call as never);
  }

  /** Keeps a callback that no event of a handle calls; see `call`. */
  keep(event: string, callback: unknown): void {
    this.set(undefined, event, callback);
  }

  call(event: string, ...args: unknown[]): void {
    (this.#callbacks.get(event) as ((...args: unknown[]) => void) | undefined)?.(...args);
  }

  has(event: string): boolean {
    return this.#callbacks.has(event);
  }
}
