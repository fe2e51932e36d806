import type { Handle } from '../../handle.js';
import type { WaitOptions } from '../../../time/deadline.js';
import type {
  PeerConnectionEvents,
  DescriptionType,
  GatheringState,
  SessionDescription,
  SignalingState,
} from '../peer-connection-events.js';

/** A connection as whoever negotiates for it knows it. */
export interface NegotiatedConnection extends Handle<PeerConnectionEvents> {
  readonly signalingState: SignalingState;
  readonly gatheringState: GatheringState;
  readonly exchange: {
    /** There is a channel or track to negotiate. */
    readonly negotiable: boolean;
    /** Somebody has been given the latest description of ours as an event. */
    readonly isAnnounced: boolean;
    /** Candidates are being gathered, or some are still to be emitted. */
    readonly findsCandidates: boolean;
    /** The checks that follow our answer have not begun. */
    readonly isAboutToCheck: boolean;
    /** The mid for a candidate of ours, which may have been found before the peer rejected its section. */
    acceptedMid(mid: string): string;
  };
  localDescription(): SessionDescription | null;
  remoteDescription(): SessionDescription | null;
  setLocalDescription(type?: DescriptionType): void;
  setRemoteDescription(description: SessionDescription): void;
  addRemoteCandidate(candidate: string, mid: string): void;
  connected(options?: WaitOptions): Promise<unknown>;
}
