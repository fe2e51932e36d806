import { type ConnectionProgress, RtcNativeError } from '../../errors/rtc-error.js';
import { explained } from '../../native/firewall.js';
import type { DescriptionExchange } from './negotiation/description-exchange.js';
import type { SignalingProgress } from './negotiation/signaling.js';
import type { IceServers } from './servers/ice-servers.js';

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
  const why = cause instanceof Error ? explained(cause.message.replace(`${path}: `, '')) : reason;
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
  if (ice === 'connected' || ice === 'completed') return 'a path was found';
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
