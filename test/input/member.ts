import type { Argument } from './argument.js';
import type { Rig } from './rig.js';

/** What the table says about one public method or property. */
export interface Member<T> {
  /** The arguments of a call that is right. Default: none. */
  readonly given?: (rig: Rig) => unknown[];
  readonly wrong?: readonly Argument[];
  /** A right use, to show that the handle still works. Default: the call with `given`. `false`: it ends the handle. */
  readonly live?: false | ((subject: T, rig: Rig) => unknown);
  /** What it does when the handle is closed. */
  readonly closed: 'works' | 'RTC_CLOSED' | 'RTC_SCOPE_DISPOSED';
  /** It waits while the handle closes: what arrived may still be handed over. */
  readonly waits?: true;
  /** It does not need its `this`. */
  readonly free?: true;
}

/** Declared public for their neighbours in the package, and taken out of the published types. */
export type Unpublished =
  | 'checkClosed'
  | 'closedByPeer'
  | 'refusedByPeer'
  | 'hasSent'
  | 'exchange'
  | 'fail'
  | 'takeOver'
  | 'adoptChannel'
  | 'servers'
  | 'dial'
  | 'cannotConnect'
  | 'unread'
  | 'isToBeRetained'
  | 'isUninformed';

/** Every public member: the compiler asks for the declared ones, the test for those that are there. */
export type Members<T> = { readonly [K in Exclude<keyof T, symbol | Unpublished>]: Member<T> } & Record<
  string,
  Member<T>
>;

export const reads = { closed: 'works' } as const;
