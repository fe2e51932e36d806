import { packagePolyfill } from '../../native/load.js';
import type { SessionDescription, SessionDescriptionInit } from './w3c-types.js';
import { dictionary, domString, oneOf, SDP_TYPES } from './web-idl.js';

/** The W3C's `RTCSessionDescription`. It is the polyfill's, which takes anything for a description. */
function descriptionClass() {
  const Base = packagePolyfill().RTCSessionDescription as never as new (
    init: SessionDescriptionInit,
  ) => object;

  class RTCSessionDescription extends Base {
    constructor(init: SessionDescriptionInit) {
      const { type, sdp } = dictionary(init, 'description');
      if (type === undefined) throw new TypeError('description.type is missing');
      super({
        type: oneOf(type, 'description.type', SDP_TYPES),
        sdp: domString(sdp ?? '', 'description.sdp'),
      });
    }

    get [Symbol.toStringTag](): string {
      return 'RTCSessionDescription';
    }
  }
  return RTCSessionDescription as never as new (init: SessionDescriptionInit) => SessionDescription;
}

let made: ReturnType<typeof descriptionClass> | undefined;

/** One class for all scopes. Made when it is asked for: the polyfill loads the library. */
export const sessionDescriptionClass = () => (made ??= descriptionClass());
