import type { PeerConnection as Connection } from '../../resources/connection/peer-connection.js';
import type { Described } from './descriptions.js';
import {
  candidateIn,
  candidatesIn,
  midsOf,
  type PlacedCandidate,
  sectionOf,
  splitSections,
  usernameFragmentOf,
} from '../../resources/sdp.js';
import type { IceCandidateInit } from './w3c-types.js';
import { dictionary, domException, domString, unsignedShort } from './web-idl.js';

interface CheckedCandidate extends PlacedCandidate {
  readonly usernameFragment: string | null | undefined;
}

/** What `addIceCandidate` does to its dictionary. An empty candidate is the end of them. */
export function checkCandidate(given: IceCandidateInit | null | undefined): CheckedCandidate {
  const { candidate = '', sdpMid, sdpMLineIndex, usernameFragment } = dictionary(given, 'candidate');
  const mid = sdpMid === undefined || sdpMid === null ? null : domString(sdpMid, 'sdpMid');
  const index = unsignedShort(sdpMLineIndex, 'sdpMLineIndex') ?? null;
  if (candidate !== '' && mid === null && index === null) {
    throw new TypeError('a candidate needs sdpMid or sdpMLineIndex');
  }
  return { candidate: domString(candidate, 'candidate'), mid, index, usernameFragment };
}

/** Hands a candidate of the peer to the library, and adds it to the description it belongs to. */
export function addRemoteCandidate(
  handle: Connection,
  remote: Described | null,
  given: CheckedCandidate,
): void {
  // As in Chromium and the polyfill: the end of the candidates may overtake the description, and says nothing without it.
  if (!remote && given.candidate === '') return;
  if (!remote) throw domException('InvalidStateError', 'a candidate came before the remote description');
  const refuse = (why: string, cause?: unknown) => {
    throw domException('OperationError', why, cause);
  };
  const section = sectionOf(remote.text, given);
  if (section === undefined) return refuse('the remote description has no such media section');
  const sectionText = splitSections(remote.text)[section + 1] ?? '';
  const fragment = usernameFragmentOf(sectionText) ?? usernameFragmentOf(remote.text);
  if (given.usernameFragment && fragment !== undefined && given.usernameFragment !== fragment) {
    return refuse('the candidate is of another generation: its usernameFragment differs');
  }
  if (given.candidate !== '') {
    if (/[\r\n]/.test(given.candidate.trim())) return refuse('a candidate is one line');
    try {
      handle.addRemoteCandidate(given.candidate, midsOf(remote.text)[section] ?? given.mid ?? '0');
    } catch (error) {
      return refuse(error instanceof Error ? error.message : String(error), error);
    }
  }
  remote.added.push({ candidate: given.candidate, mid: null, index: section });
}

/** The library checks paths over UDP only. */
export const hasUsableCandidate = (sdp: string | undefined): boolean =>
  candidatesIn(sdp).some((line) => candidateIn(line).protocol === 'udp');
