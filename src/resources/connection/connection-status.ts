import type { LibraryContext } from '../../library/library-context.js';
import type { NativeRecord } from '../../library/release-ledger.js';
import { type ConnectionProgress, quoted, RtcNativeError } from '../../errors/rtc-error.js';
import type { NativePeerConnection } from '../../native/binding.js';
import type { HandleFigures } from '../../scope/node-behaviour.js';
import type { OwnedNode } from '../../scope/node.js';
import type { HandleDetails, CandidateDetails, ConnectionDetails } from '../../diagnostics/handle-details.js';
import { Handle } from '../handle.js';
import {
  PEER_CONNECTION_EVENTS,
  type PeerConnectionEvents,
  type CandidatePair,
  type ConnectionState,
  type Fingerprint,
  type GatheringState,
  type IceConnectionState,
  type SignalingState,
} from './peer-connection-events.js';
import { withoutSecrets } from '../../native/redaction.js';
import { explained } from '../../native/call-native.js';
import { candidateIn, candidatesIn } from '../sdp.js';
import { hasPath } from '../data-channel/native-state.js';
import type { DescriptionExchange } from './negotiation/description-exchange.js';
import type { SignalingProgress } from './negotiation/signaling.js';
import type { IceServers } from './servers/ice-servers.js';

/**
 * What can be read of a peer connection, also of one that is closed. `state` is that of the handle; `connectionState` and
 * its neighbours are those of the W3C API.
 */
export abstract class ConnectionStatus extends Handle<PeerConnectionEvents> {
  /** @internal */
  protected readonly record: NativeRecord;
  readonly #native: NativePeerConnection;

  /** @internal */
  protected constructor(
    context: LibraryContext,
    owner: OwnedNode,
    name: string,
    native: NativePeerConnection,
    signal?: AbortSignal,
  ) {
    super(context, owner, 'PeerConnection', PEER_CONNECTION_EVENTS, name, signal);
    this.#native = native;
    this.record = context.ledger.hold('PeerConnection', native, () => this.path);
  }

  get connectionState(): ConnectionState {
    return this.#read(() => this.#native.state(), 'closed');
  }

  get iceState(): IceConnectionState {
    return this.#read(() => this.#native.iceState(), 'closed');
  }

  get signalingState(): SignalingState {
    return this.#read(() => this.#native.signalingState(), 'closed');
  }

  get gatheringState(): GatheringState {
    return this.#read(() => this.#native.gatheringState(), 'complete');
  }

  /** True when the local description has audio or video. */
  hasMedia(): boolean {
    return this.#read(() => this.#native.hasMedia(), false);
  }

  /** Bytes of payload sent over SCTP. */
  get bytesSent(): number {
    return this.#read(() => this.#native.bytesSent(), 0);
  }

  /** Bytes of payload received over SCTP. */
  get bytesReceived(): number {
    return this.#read(() => this.#native.bytesReceived(), 0);
  }

  /** Round-trip time in milliseconds as SCTP measures it, or `undefined` before it did. */
  get rtt(): number | undefined {
    const ms = this.#read(() => this.#native.rtt(), -1);
    return ms < 0 ? undefined : ms;
  }

  /** The candidates in use, or `null` before ICE settled on a pair. */
  selectedCandidatePair(): CandidatePair | null {
    return this.#read(() => this.#native.getSelectedCandidatePair(), null);
  }

  /** Fingerprint of the peer's certificate, or `undefined` before there is one. */
  remoteFingerprint(): Fingerprint | undefined {
    const fingerprint = this.#read(() => this.#native.remoteFingerprint(), undefined);
    return typeof fingerprint === 'object' && fingerprint.value !== '' ? fingerprint : undefined;
  }

  /** Highest stream id that a channel can have. */
  get maxDataChannelId(): number {
    return this.#read(() => this.#native.maxDataChannelId(), 0);
  }

  /** Bytes that one message may have, as far as it is agreed. */
  get maxMessageSize(): number {
    return this.#read(() => this.#native.maxMessageSize(), 0);
  }

  protected override figures(): HandleFigures {
    const { bytesSent, bytesReceived, rtt } = this;
    const figures = { bytesSent, bytesReceived, ...(rtt !== undefined && { rtt }) };
    return this.state === 'opening' ? { ...figures, progress: this.progress } : figures;
  }

  protected override details(): HandleDetails {
    const native = this.record.state === 'held' ? this.#native : undefined;
    return { ...super.details(), connection: connectionDetails(this, native, this.progress) };
  }

  /** @internal */
  protected abstract get progress(): ConnectionProgress;

  #read<T>(read: () => T, closed: T): T {
    return this.record.state === 'held' ? read() : closed;
  }
}

interface Described {
  readonly connectionState: ConnectionState;
  readonly signalingState: SignalingState;
  readonly iceState: IceConnectionState;
  readonly gatheringState: GatheringState;
  readonly rtt: number | undefined;
  readonly maxMessageSize: number;
  readonly maxDataChannelId: number;
}

/** What is known of a connection; less of one whose native is gone (`undefined`). */
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

export interface NotConnected {
  /** The rest of a sentence. */
  readonly reason: string;
  readonly progress: ConnectionProgress;
  readonly cause?: unknown;
}

export function progressOf(
  exchange: DescriptionExchange,
  signaling: SignalingProgress | undefined,
  servers: IceServers | undefined,
): ConnectionProgress {
  return {
    signaling: signaling && { state: signaling.state, description: signaling.description },
    ...exchange.progress,
    servers: servers?.outcomes() ?? [],
  };
}

/** Why a connection is not up, by how far it has got. */
export function whyNotConnected(
  progress: ConnectionProgress,
  exchange: Exchanged,
  signaling: SignalingProgress | undefined,
): NotConnected {
  const reason = [reasonOf(progress, exchange), ...troubleWithServers(progress)].join('; ');
  if (signaling?.cause === undefined || signaling.state === 'met') return { reason, progress };
  return { reason, progress, cause: signaling.cause };
}

/** The error of a connection that failed; `cause`: why the library refused it or a description, where it did so late. */
export function connectionFailed(
  path: string,
  { reason, progress }: NotConnected,
  cause: unknown,
): RtcNativeError {
  const options = { path, progress, ...(cause === undefined ? {} : { cause }) };
  const why = cause instanceof Error ? explained(quoted(cause, path)) : reason;
  return new RtcNativeError(`the connection failed: ${why}`, options);
}

interface Exchanged {
  /** There is something to offer. */
  readonly negotiable: boolean;
  /** Address and port of our own that all candidates of the peer have, too. */
  readonly sharedPort: string | undefined;
}

function reasonOf(progress: ConnectionProgress, { negotiable, sharedPort }: Exchanged): string {
  const { signaling, localDescription, remoteDescription, localCandidates, remoteCandidates, ice, dtls } =
    progress;
  if (remoteDescription === null) {
    if (signaling && signaling.state !== 'met') return signaling.description;
    if (localDescription !== null) return 'nobody at the other end of the signaling has answered the offer';
    if (negotiable) return 'no offer was made: call negotiate() or setLocalDescription()';
    return 'nothing to negotiate: no channel or track on this side, and no offer of the peer has come';
  }
  if (localDescription === null) return 'the offer of the peer was not answered: call setLocalDescription()';
  if (ice === 'closed') return 'no path to the peer was found, or the DTLS handshake failed';
  if (dtls === 'connecting') return 'a path was found, and the DTLS handshake is not finished';
  if (dtls === 'failed') {
    return 'a path was found, and the DTLS handshake failed: the peer ended it, or its certificate is not the one of its description';
  }
  if (hasPath(ice)) return 'a path was found';
  if (localCandidates === 0) {
    return 'no candidate of our own was found: no network, or no ports or file descriptors are left';
  }
  if (remoteCandidates === 0) return 'no candidate of the peer has come';
  if (sharedPort !== undefined)
    return `the candidates of the peer are our own address and port, ${sharedPort}: two connections that share a port (enableIceUdpMux) cannot reach each other`;
  return `no candidate pair answered: ${localCandidates} local, ${remoteCandidates} remote`;
}

/** Servers that neither answered nor were left unused: these may be why the connection is not up. */
function troubleWithServers({ servers }: ConnectionProgress): string[] {
  return servers
    .filter(({ outcome }) => outcome !== 'answered' && !outcome.startsWith('not used'))
    .map(({ url, outcome }) => `${url}: ${outcome}`);
}
