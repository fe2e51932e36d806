import { oneOf, readOptions } from '../../arguments/argument.js';
import { type AnyHandle, type CloseInfo, Handle } from '../../resources/handle.js';
import { checkTimeout } from '../../arguments/bounds.js';
import type { TeardownCause } from '../../scope/node.js';
import { realTime } from '../real-time.js';
import type { MatcherContext, MatcherResult } from './matcher-context.js';
import { MATCHER_WAIT_MS } from './matcher-wait.js';

export interface ToBeClosedOptions {
  /** Who ended it; see `CloseInfo.by`. Default: whoever. */
  readonly by?: TeardownCause;
  /** Milliseconds to wait for it. Default 2000; with `.not` it does not wait. */
  readonly timeout?: number;
}

export async function toBeClosed(
  this: MatcherContext,
  received: unknown,
  options: ToBeClosedOptions = {},
): Promise<MatcherResult> {
  if (!(received instanceof Handle)) {
    throw new TypeError('toBeClosed() is for a handle: await expect(channel).toBeClosed({ by: "remote" })');
  }
  const handle = received as AnyHandle;
  const { by, timeout = MATCHER_WAIT_MS } = readOptions<ToBeClosedOptions>(options, 'options', {
    by: oneOf('local', 'remote', 'owner', 'error'),
    timeout: checkTimeout,
  });
  const info = await endOf(handle, this.isNot ? 0 : timeout);
  const wanted = by === undefined ? 'closed' : `closed by ${by}`;
  if (!info) {
    return {
      pass: false,
      message: () => `expected ${handle.path} to be ${wanted}; after ${timeout} ms it is ${handle.state}`,
    };
  }
  const reason = info.reason === undefined ? '' : ` (${String(info.reason)})`;
  const pass = by === undefined || info.by === by;
  return {
    pass,
    message: () =>
      pass
        ? `expected ${handle.path} not to be ${wanted}; it was${reason}`
        : `expected ${handle.path} to be ${wanted}; it was closed by ${info.by}${reason}`,
    ...(by === undefined ? {} : { actual: info.by, expected: by }),
  };
}

async function endOf(handle: AnyHandle, timeout: number): Promise<CloseInfo | undefined> {
  if (timeout === 0 && handle.state !== 'closed') return undefined;
  // The handle's own bound goes by the clock of its runtime, which may stand still.
  return realTime.within(handle.closed({ timeout: Number.POSITIVE_INFINITY }), timeout);
}
