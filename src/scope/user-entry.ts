import { RtcTimeoutError } from '../errors/kinds.js';
import type { Deadline } from '../time/deadline.js';
import { OwnedNode } from './node.js';

/** What `use`, `adopt` and `defer` put into a scope. */
export function userEntry(name: string, dispose: () => unknown): OwnedNode {
  const entry: OwnedNode = new OwnedNode(name, 'entry', {
    turn: 'alone',
    release(deadline: Deadline): Promise<boolean> {
      const result = dispose();
      // One turn of the microtask queue, as the language spends on a disposer that returns nothing.
      return result === undefined ? DONE : waitFor(Promise.resolve(result), deadline);
    },
  });
  const waitFor = async (work: Promise<unknown>, deadline: Deadline): Promise<boolean> => {
    if (await deadline.within(work)) return true;
    work.catch(() => {}); // no longer waited for; its deadline error is the one that is reported
    throw new RtcTimeoutError('the disposer had not ended when the deadline of the teardown passed', {
      path: entry.path,
    });
  };
  return entry;
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
