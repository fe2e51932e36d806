import type { EventNames } from '../../arguments/argument.js';
import type { DataChannel } from '../data-channel/data-channel.js';
import type { CloseInfo } from '../handle.js';
import type { MediaTrack } from '../media/media-track.js';
import type * as ndc from 'node-datachannel';

/** States with the names of the W3C. */
export type ConnectionState = ndc.RTCPeerConnectionState;
export type IceConnectionState = ndc.RTCIceConnectionState;
export type SignalingState = ndc.RTCSignalingState;
export type GatheringState = ndc.RTCIceGatheringState;
export type DescriptionType = ndc.DescriptionType;

/** A session description as browsers have it; it can be sent as JSON. */
export interface SessionDescription {
  readonly type: DescriptionType;
  readonly sdp: string;
}

/** The two candidates that a connection settled on. */
export interface CandidatePair {
  readonly local: ndc.SelectedCandidateInfo;
  readonly remote: ndc.SelectedCandidateInfo;
}

export type Fingerprint = ndc.CertificateFingerprint;

export interface PeerConnectionEvents {
  /**
   * A local description to send to the peer, with a line that announces receipts (`docs/protocol.md`). Waits for its
   * first listener.
   */
  localDescription: [description: SessionDescription];
  /** A local candidate to send to the peer. Waits for its first listener. */
  localCandidate: [candidate: string, mid: string];
  connectionStateChange: [state: ConnectionState];
  /** `connectionStateChange` by its old name, which goes with version 0.2. */
  stateChange: [state: ConnectionState];
  iceStateChange: [state: IceConnectionState];
  signalingStateChange: [state: SignalingState];
  gatheringStateChange: [state: GatheringState];
  /** The peer opened a channel. It is owned by the connection already; waits for its first listener. */
  dataChannel: [channel: DataChannel];
  /** The peer added a track. It is owned by the connection already; waits for its first listener. */
  track: [track: MediaTrack];
  /** The connection failed; it closes right after. */
  error: [error: Error];
  close: [info: CloseInfo];
}

export const PEER_CONNECTION_EVENTS: EventNames<PeerConnectionEvents> = {
  localDescription: true,
  localCandidate: true,
  connectionStateChange: true,
  stateChange: true,
  iceStateChange: true,
  signalingStateChange: true,
  gatheringStateChange: true,
  dataChannel: true,
  track: true,
  error: true,
  close: true,
};

/** Events of the negotiation, each with a native callback that is registered when somebody listens. */
const NEGOTIATION = [
  'localDescription',
  'localCandidate',
  'iceStateChange',
  'signalingStateChange',
  'gatheringStateChange',
] as const;

export const NEGOTIATION_EVENTS: ReadonlySet<string> = new Set(NEGOTIATION);

/** Events whose native callbacks are replaced when a connection of other code is adopted. */
export const TAKEN_OVER = [...NEGOTIATION, 'track'] as const;
