import type * as ndc from 'node-datachannel';

/** States as the W3C names them. */
export type ConnectionState = ndc.RTCPeerConnectionState;
export type IceConnectionState = ndc.RTCIceConnectionState;
export type SignalingState = ndc.RTCSignalingState;
export type GatheringState = ndc.RTCIceGatheringState;
export type DescriptionType = ndc.DescriptionType;

/** What goes over the wire to a browser as it is. */
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
