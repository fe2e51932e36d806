import type { AnyHandle } from '../../handle.js';

/** A candidate as browsers write it to JSON. */
export interface SignalingCandidate {
  readonly candidate: string;
  readonly sdpMid?: string | null;
  readonly sdpMLineIndex?: number | null;
  readonly usernameFragment?: string | null;
}

/**
 * What two peers tell each other. On the wire it is what a browser's `RTCPeerConnection` takes and gives:
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

/**
 * The way to exactly one peer. Implement it over anything that keeps messages in order and loses none.
 *
 * Messages that come before the first subscriber must wait for it. What `subscribe` hands over need not be
 * checked: whoever negotiates does that, so parsed JSON of a stranger may be passed on as it is.
 */
export interface Signaling {
  /** Sends one message. The next is sent when the promise has resolved; a throw or rejection ends the negotiation. */
  send(message: SignalingMessage): void | Promise<void>;
  /**
   * Calls `onMessage` for every message, in order, until the result is disposed, and `onClosed` once when no more
   * can come, after the last message. There is at most one subscriber at a time.
   */
  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable;
  /** Ends the signaling for both peers. Negotiating never calls it. */
  close(): void | Promise<void>;
  /** The handle that messages go through; a connection that negotiates over it is torn down before it. */
  readonly handle?: AnyHandle;
  /**
   * Told which connection negotiates, for a signaling whose handle changes: it calls `connection.dependsOn` with each.
   */
  usedBy?(connection: AnyHandle): void;
  /** How far it has got by now, for errors of a connection that did not come up. */
  readonly progress?: SignalingProgress;
  /** Which side yields when both offer at once; see `NegotiateOptions.polite`. */
  readonly polite?: boolean;
}
