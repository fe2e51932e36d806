/** A candidate as browsers write it to JSON. */
export interface SignalingCandidate {
  readonly candidate: string;
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
  readonly usernameFragment?: string | null;
}

/**
 * What two peers send to each other. On the wire it is what a browser's `RTCPeerConnection` takes and gives:
 * `setRemoteDescription(message.description)` and `addIceCandidate(message.candidate)`.
 * A candidate that is `null`, or whose text is empty, says that there are no more.
 */
export type SignalingMessage =
  | { readonly description: { readonly type: 'offer' | 'answer' | 'pranswer'; readonly sdp: string } }
  | { readonly candidate: SignalingCandidate | null };

/** How far a signaling has got on the way to its peer. */
export interface SignalingProgress {
  /**
   * - `connecting`: the server has not answered yet
   * - `unreachable`: a connection to the server failed or was lost; `cause` says why. Another may be on its way
   * - `refused`: the server, or the room, does not let us in
   * - `alone`: we are in the room, and the peer is not
   * - `met`: the peer is there, or was
   */
  readonly state: 'connecting' | 'unreachable' | 'refused' | 'alone' | 'met';
  /** The state as a clause of a sentence: `nobody else is in the signaling room "lobby"`. */
  readonly description: string;
  /** What the system, the library or the server said. */
  readonly cause?: unknown;
}
