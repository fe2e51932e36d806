import { isIP, BlockList, isIPv6 } from 'node:net';
import type { SignalingCandidate } from './signaling.js';
import { interfaceAddresses } from '../../../library/names/interface-addresses.js';
import { candidateIn, usernameFragmentsOf } from '../../sdp.js';

/**
 * Our candidates, on their way to the peer.
 *
 * They are sent after the description that they belong to: of the answer where our offer was rolled back, since a peer
 * cannot use them before. Those of an offer are kept until its answer is in the library. A peer that could check paths to
 * us before would have ICE connected at the moment the library takes the answer, and the library starts ICE before it has
 * stored the fingerprint of the answer: on a busy machine the DTLS handshake is faster now and then, and fails (H48). The
 * delay is the time of one message of the signaling.
 */
export class LocalCandidates {
  readonly #mustWait: () => boolean;
  readonly #midOf: (mid: string) => string;
  readonly #send: (candidate: SignalingCandidate | null) => void;
  readonly #found: ({ candidate: string; sdpMid: string } | null)[] = [];
  #sent = 0;

  /** `midOf`: the mid to send, for the mid that a candidate was found with. */
  constructor(
    mustWait: () => boolean,
    midOf: (mid: string) => string,
    send: (candidate: SignalingCandidate | null) => void,
  ) {
    this.#mustWait = mustWait;
    this.#midOf = midOf;
    this.#send = send;
  }

  found(candidate: string, mid: string): void {
    // The library gives an SDP attribute; browsers want the line without its "a=".
    this.#found.push({ candidate: candidate.replace(/^a=/, ''), sdpMid: mid });
    this.flush();
  }

  /** Gathering has ended. */
  complete(): void {
    if (this.#found.at(-1) === null) return;
    this.#found.push(null);
    this.flush();
  }

  /** Sends what was not sent, unless it has to wait. */
  flush(): void {
    if (this.#mustWait()) return;
    while (this.#sent < this.#found.length) {
      const found = this.#found[this.#sent++];
      this.#send(found ? { ...found, sdpMid: this.#midOf(found.sdpMid) } : null);
    }
  }
}

export interface CandidateTarget {
  /** The remote description, or `null` while there is none. */
  remoteDescription(): { readonly sdp: string } | null;
  addRemoteCandidate(candidate: string, mid: string): void;
  /** Reports what was wrong with a candidate, which is dropped. */
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
  readonly #target: CandidateTarget;
  readonly #seen = new Set<string>();
  #waiting: SignalingCandidate[] = [];
  #named = 0;

  constructor(target: CandidateTarget) {
    this.#target = target;
  }

  take(candidate: SignalingCandidate | null): void {
    const text = candidate?.candidate.replace(/^a=/, '').trim() ?? '';
    // The end of candidates: the library has no use for it, and takes an empty one for a candidate at 0.0.0.0.
    if (candidate === null || text === '') return;
    const key = `${candidate.sdpMid ?? ''} ${text}`;
    if (this.#seen.has(key)) return;
    if (this.#seen.size >= MOST_CANDIDATES) {
      this.#target.refused(`more than ${MOST_CANDIDATES} candidates`);
      return;
    }
    this.#seen.add(key);
    const cleaned = { ...candidate, candidate: text };
    const description = this.#target.remoteDescription();
    if (description) this.#add(cleaned, description.sdp);
    else this.#waiting.push(cleaned);
  }

  /** There is a remote description now. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const description = this.#target.remoteDescription();
    if (!description) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const candidate of waiting) this.#add(candidate, description.sdp);
  }

  #add({ candidate, sdpMid, usernameFragment }: SignalingCandidate, sdp: string): void {
    const credential = usernameFragment ?? / ufrag (\S+)/.exec(candidate)?.[1];
    if (credential !== undefined && !hasCredential(sdp, credential)) return;
    if (isIP(candidateIn(candidate).address) === 0 && ++this.#named > MOST_NAMED) {
      this.#target.refused(`more than ${MOST_NAMED} candidates without an address`);
      return;
    }
    try {
      // Without a mid the library takes that of the bundle, and there is no other.
      this.#target.addRemoteCandidate(candidate, sdpMid ?? '');
    } catch (cause) {
      this.#target.refused('a malformed candidate', cause);
    }
  }
}

function hasCredential(sdp: string, fragment: string): boolean {
  const known = usernameFragmentsOf(sdp);
  return known.length === 0 || known.includes(fragment);
}

/** A host with a dozen interfaces and several STUN and TURN servers stays well below. */
const MOST_CANDIDATES = 256;

/** Candidates with a host name, which browsers use to hide local addresses (mDNS): one an interface. */
const MOST_NAMED = 16;

/**
 * All these candidates are addresses of this host or of networks that it is on. With one that a STUN or TURN server gave
 * they may not be: many networks have the same private addresses.
 */
export function isNear(candidates: readonly string[]): boolean {
  if (candidates.length === 0) return false;
  const here = networksHere();
  return candidates.every((candidate) => {
    const { address, type } = candidateIn(candidate);
    if (type !== 'host') return false;
    try {
      return here.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
    } catch {
      return false; // a name: how far that is, nobody knows
    }
  });
}

/** A STUN or TURN server has seen another address than the host has: what it has not asked for does not reach it. */
export function isBehindNat(candidates: readonly string[]): boolean {
  return candidates.some((candidate) => candidateIn(candidate).type !== 'host');
}

function networksHere(): BlockList {
  const here = new BlockList();
  for (const { address, cidr, family } of interfaceAddresses() ?? []) {
    const type = family === 'IPv6' ? 'ipv6' : 'ipv4';
    if (cidr === null) here.addAddress(address, type);
    else here.addSubnet(address, Number(cidr.split('/')[1]), type);
  }
  return here;
}
