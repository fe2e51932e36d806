/** How far a connection has got on its way to its peer. */
export interface ConnectionProgress {
  /** Of the signaling that `negotiate` was given: where it is, in a few words. `undefined` where it does not say. */
  readonly signaling: { readonly state: string; readonly description: string } | undefined;
  /** Type of the description that was made last, or `null` before there is one. */
  readonly localDescription: string | null;
  /** Type of the peer's description that was taken last. */
  readonly remoteDescription: string | null;
  /** Candidates found so far. */
  readonly localCandidates: number;
  /** Candidates of the peer so far. */
  readonly remoteCandidates: number;
  readonly ice: string;
  /** `new` until ICE has found a path. */
  readonly dtls: 'new' | 'connecting' | 'connected' | 'failed';
  /** STUN and TURN servers, without credentials, and what came of each. */
  readonly servers: readonly { readonly url: string; readonly outcome: string }[];
}
