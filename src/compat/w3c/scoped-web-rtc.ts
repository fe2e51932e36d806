import { ownedBy } from '../native-owner.js';
import { type PolyfillApi, polyfillApi } from '../polyfill-api.js';
import { readFrom, wrongType } from '../../arguments/wrong-argument.js';
import type { RtcScope } from '../../runtime/rtc-scope.js';
import { mendedConnection } from './mended-connection.js';

/** The W3C classes, each of whose natives a scope owns; what `simple-peer` calls `wrtc`. */
export type ScopedWebRTC = PolyfillApi;

/**
 * The W3C's WebRTC objects for data channels. Every connection made with them is owned by `scope`: torn down with it,
 * drained. Throws a `TypeError` for what is no scope, `RTC_BINDING_UNAVAILABLE` and `RTC_WRONG_THREAD` as the scope's
 * own factories do. A connection made after the scope has ended throws `RTC_SCOPE_DISPOSED`.
 */
export function scopedWebRTC(scope: RtcScope): ScopedWebRTC {
  const isScope =
    typeof scope === 'object' &&
    scope !== null &&
    // By what it can do: it may come from another copy of the package, with which the runtime is shared.
    typeof readFrom('scope', () => scope.createPeerConnection) === 'function';
  if (!isScope) throw wrongType('scope', 'an RtcScope', scope);
  const api = polyfillApi(ownedBy(scope));
  return { ...api, RTCPeerConnection: mendedConnection(api) };
}
