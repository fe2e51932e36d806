import type { AnyHandle } from '../resources/handle.js';
import type { RtcScope } from '../runtime/rtc-scope.js';

/** Where the natives behind drop-in objects live: a scope that exists already, or one that comes and goes. */
export interface NativeOwner {
  /** Runs `create` with the scope that is to own the handle. Throws what `create` throws. */
  make<H extends AnyHandle>(create: (scope: RtcScope) => H): H;
}
