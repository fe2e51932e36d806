import { isIP } from 'node:net';
import type { SignalingCandidate } from './signaling.js';

export interface CandidateTaker {
  /** The remote description, or `null` while there is none. */
  remoteDescription(): { readonly sdp: string } | null;
  addRemoteCandidate(candidate: string, mid: string): void;
  /** Says what was wrong with one; nothing else comes of it. */
  refused(what: string, cause?: unknown): void;
}

/**
 * Candidates of the peer: kept until there is a description they can belong to, each taken once, and only so
 * many, since the library keeps all it is given and starts a thread for each that names a host.
 *
 * Candidates that came with an ignored offer are kept as well, other than in the W3C's example: a peer on
 * libdatachannel does not gather again when it rolls back, so they belong to its answer. Those of a peer that does
 * (a browser) carry the credentials of the offer they came with, and are dropped by these.
 */
export class RemoteCandidates {
  readonly #taker: CandidateTaker;
  readonly #seen = new Set<string>();
  #waiting: SignalingCandidate[] = [];
  #named = 0;

  constructor(taker: CandidateTaker) {
    this.#taker = taker;
  }

  take(candidate: SignalingCandidate | null): void {
    const text = candidate?.candidate.replace(/^a=/, '').trim() ?? '';
    // The end of candidates: the library has no use for it, and takes an empty one for a candidate at 0.0.0.0.
    if (candidate === null || text === '') return;
    const key = `${candidate.sdpMid ?? ''} ${text}`;
    if (this.#seen.has(key)) return;
    if (this.#seen.size >= MOST_CANDIDATES) {
      this.#taker.refused(`more than ${MOST_CANDIDATES} candidates`);
      return;
    }
    this.#seen.add(key);
    const cleaned = { ...candidate, candidate: text };
    const description = this.#taker.remoteDescription();
    if (description) this.#add(cleaned, description.sdp);
    else this.#waiting.push(cleaned);
  }

  /** There is a remote description now. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const description = this.#taker.remoteDescription();
    if (!description) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const candidate of waiting) this.#add(candidate, description.sdp);
  }

  #add({ candidate, sdpMid, usernameFragment }: SignalingCandidate, sdp: string): void {
    const credential = usernameFragment ?? / ufrag (\S+)/.exec(candidate)?.[1];
    if (credential !== undefined && !hasCredential(sdp, credential)) return;
    if (isIP(candidate.split(' ')[4] ?? '') === 0 && ++this.#named > MOST_NAMED) {
      this.#taker.refused(`more than ${MOST_NAMED} candidates without an address`);
      return;
    }
    try {
      // Without a mid the library takes that of the bundle, and there is no other.
      this.#taker.addRemoteCandidate(candidate, sdpMid ?? '');
    } catch (cause) {
      this.#taker.refused('a malformed candidate', cause);
    }
  }
}

function hasCredential(sdp: string, ufrag: string): boolean {
  const known = [...sdp.matchAll(/^a=ice-ufrag:(\S+)/gm)];
  return known.length === 0 || known.some((match) => match[1] === ufrag);
}

/** A host with a dozen interfaces and several STUN and TURN servers stays well below. */
const MOST_CANDIDATES = 256;

/** Candidates with a host name, which browsers use to hide local addresses (mDNS): one an interface. */
const MOST_NAMED = 16;
