import type { CandidateDetails, ConnectionDetails } from '../../diagnostics/handle-details.js';
import type { ConnectionProgress } from '../../errors/rtc-error.js';
import type { NativePeerConnection } from '../../native/binding.js';
import { withoutSecrets } from '../../native/redaction.js';
import { candidateIn, candidatesIn } from './negotiation/candidate-text.js';
import type {
  ConnectionState,
  GatheringState,
  IceConnectionState,
  SignalingState,
} from './peer-connection-state.js';

interface Described {
  readonly connectionState: ConnectionState;
  readonly signalingState: SignalingState;
  readonly iceState: IceConnectionState;
  readonly gatheringState: GatheringState;
  readonly rtt: number | undefined;
  readonly maxMessageSize: number;
  readonly maxDataChannelId: number;
}

/** What can be told of a connection; of one whose native is gone (`undefined`) less. */
export function connectionDetails(
  connection: Described,
  native: NativePeerConnection | undefined,
  progress: ConnectionProgress,
): ConnectionDetails {
  const [local, remote] = [native?.localDescription() ?? null, native?.remoteDescription() ?? null];
  const pair = native?.getSelectedCandidatePair() ?? null;
  const { connectionState, signalingState, iceState, gatheringState } = connection;
  const { rtt, maxMessageSize, maxDataChannelId } = connection;
  return {
    connectionState,
    signalingState,
    iceState,
    gatheringState,
    dtls: progress.dtls,
    progress,
    localCandidates: candidatesIn(local?.sdp).map(candidateIn),
    remoteCandidates: candidatesIn(remote?.sdp).map(candidateIn),
    selectedPair: pair && { local: selected(pair.local), remote: selected(pair.remote) },
    localDescription: local && { type: local.type, sdp: withoutSecrets(local.sdp) },
    remoteDescription: remote && { type: remote.type, sdp: withoutSecrets(remote.sdp) },
    rtt,
    maxMessageSize,
    maxDataChannelId,
  };
}

type Selected = NonNullable<ReturnType<NativePeerConnection['getSelectedCandidatePair']>>['local'];

function selected({ candidate, address, port, type, transportType }: Selected): CandidateDetails {
  const known = candidateIn(candidate);
  return known.address === '' ? { type, protocol: transportType, address, port } : known;
}
