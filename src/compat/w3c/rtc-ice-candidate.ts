import { packagePolyfill } from '../../native/load.js';
import { candidateIn } from '../../resources/sdp.js';
import type { IceCandidate, IceCandidateInit } from './w3c-types.js';

type Candidate = Pick<IceCandidate, 'candidate'> & object;

/**
 * The W3C's `RTCIceCandidate`. It is the polyfill's, which repeats the protocol in the case that the line has it, and so misses the
 * `tcptype` of most candidates.
 */
function candidateClass() {
  const Base = packagePolyfill().RTCIceCandidate as never as new (init?: IceCandidateInit) => Candidate;

  class RTCIceCandidate extends Base {
    /** In lower case: `udp` or `tcp`. */
    get protocol(): string | null {
      return candidateIn(this.candidate).protocol || null;
    }

    get tcpType(): string | null {
      return this.protocol === 'tcp' ? (/ tcptype (\S+)/i.exec(this.candidate)?.[1] ?? null) : null;
    }

    get [Symbol.toStringTag](): string {
      return 'RTCIceCandidate';
    }
  }
  return RTCIceCandidate as never as new (init?: IceCandidateInit) => IceCandidate;
}

let made: ReturnType<typeof candidateClass> | undefined;

/** One class for all scopes. Made when it is asked for: the polyfill loads the library. */
export const iceCandidateClass = () => (made ??= candidateClass());
