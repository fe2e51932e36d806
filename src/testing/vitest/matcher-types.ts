import type { ToBeClosedOptions } from './to-be-closed.js';
import type { ExpectedMessage } from './to-have-received.js';

/** The matchers, as `expect()` has them. */
export interface RtcMatchers {
  /** A scope or a runtime owns no open handle. */
  toHaveNoLiveHandles(): void;
  /** A handle has closed, or closes within the timeout. */
  toBeClosed(options?: ToBeClosedOptions): Promise<void>;
  /**
   * A scope or handle has been torn down, and with it what `paths` names, in this order and nothing else. Paths are
   * relative to it, or whole. Also for a teardown report.
   */
  toHaveTornDown(paths: readonly string[]): Promise<void>;
  /**
   * The next messages of a channel, which are taken then; waits for them up to 2000 ms. Sees what no listener and no
   * iterator has taken. Takes nothing when they do not match.
   */
  toHaveReceived(...messages: ExpectedMessage[]): Promise<void>;
}

declare module 'vitest' {
  // oxlint-disable-next-line typescript/no-explicit-any -- the declaration that is merged with has this parameter
  interface Matchers<T = any> extends RtcMatchers {}
}
