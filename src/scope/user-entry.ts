import { ownController } from '../time/abort.js';
import { RtcTimeoutError } from '../errors/rtc-error.js';
import type { Deadline } from '../time/deadline.js';
import type { NodeBehaviour, Turn } from './node-behaviour.js';
import { OwnedNode } from './node.js';
import type { BeforeEndOptions } from './scope-options.js';

/** The member that `use`, `adopt` and `defer` add to a scope. `dispose` is called as a function. */
export function userEntry(name: string, dispose: () => unknown): OwnedNode {
  return new Disposer(name, dispose).entry;
}

/** A class: a scope may own thousands, and closures for each would double their memory. */
class Disposer implements NodeBehaviour {
  readonly entry: OwnedNode;
  readonly #dispose: () => unknown;

  constructor(name: string, dispose: () => unknown) {
    this.entry = new OwnedNode(name, 'entry', this);
    this.#dispose = dispose;
  }

  get turn(): Turn {
    return 'alone';
  }

  release(deadline: Deadline): Promise<boolean> {
    const dispose = this.#dispose;
    const result = dispose();
    // Takes one microtask, like a disposer of the language that returns nothing.
    if (result === undefined) return DONE;
    return boundedBy(deadline, Promise.resolve(result), () => {
      throw new RtcTimeoutError('the disposer had not ended when the deadline of the teardown passed', {
        path: this.entry.path,
      });
    });
  }
}

/** The member that `beforeEnd` adds to a scope. */
export function beforeEndEntry(
  run: (signal: AbortSignal) => unknown,
  { timeout, name = 'beforeEnd' }: BeforeEndOptions,
): OwnedNode {
  const entry: OwnedNode = new OwnedNode(name, 'beforeEnd', {
    turn: 'first',
    ...(timeout === undefined ? {} : { teardownTimeout: timeout }),
    release(deadline: Deadline): Promise<boolean> {
      const controller = ownController();
      const work = Promise.resolve(run(controller.signal));
      return boundedBy(deadline, work, () => {
        const error = new RtcTimeoutError('what runs before the end had not ended in time', {
          path: entry.path,
        });
        controller.abort(error);
        throw error;
      });
    },
  });
  return entry;
}

/** Takes an entry out of its scope, which does not call it any more. Does nothing where that has begun to. */
export function removeEntry(entry: OwnedNode): void {
  if (entry.phase !== 'live') return;
  entry.markEnded();
  entry.ending.settle();
}

async function boundedBy(
  deadline: Deadline,
  work: Promise<unknown>,
  onTimeout: () => never,
): Promise<boolean> {
  if (await deadline.within(work)) return true;
  work.catch(() => {}); // not awaited any more; the timeout is the error that is reported
  return onTimeout();
}

const DONE = Promise.resolve(true);

type Method = (this: unknown) => unknown;

/**
 * The disposer that the language would call for `value` in an `await using` declaration, or `undefined` for
 * null and undefined. See the specification's GetDisposeMethod: the asynchronous method is preferred, and the
 * result of a synchronous one is not awaited.
 */
export function disposerOf(value: unknown): (() => unknown) | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object' && typeof value !== 'function') {
    throw new TypeError(
      `value must be an object with a dispose method, null or undefined; got ${typeof value}`,
    );
  }
  const holder = value as { [Symbol.asyncDispose]?: Method; [Symbol.dispose]?: Method };
  const asynchronous = holder[Symbol.asyncDispose] ?? undefined;
  const method = asynchronous ?? holder[Symbol.dispose] ?? undefined;
  if (method === undefined) {
    throw new TypeError('value has neither a [Symbol.asyncDispose] nor a [Symbol.dispose] method');
  }
  if (typeof method !== 'function') throw new TypeError('the dispose method of value is not a function');
  if (asynchronous) return () => method.call(value);
  return () => {
    method.call(value);
  };
}
