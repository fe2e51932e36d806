import type { ConnectionProgress } from '../errors/rtc-error.js';
import type { DescribedError } from './described-error.js';

/** An address of one side, as ICE calls it. */
export interface CandidateDetails {
  /** `host`, `srflx`, `prflx` or `relay`. */
  readonly type: string;
  /** `udp` or `tcp`. */
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

export interface ConnectionDetails {
  readonly connectionState: string;
  readonly signalingState: string;
  readonly iceState: string;
  readonly gatheringState: string;
  readonly dtls: ConnectionProgress['dtls'];
  /** How far it has got, and the servers with what came of each. */
  readonly progress: ConnectionProgress;
  readonly localCandidates: readonly CandidateDetails[];
  readonly remoteCandidates: readonly CandidateDetails[];
  readonly selectedPair: { readonly local: CandidateDetails; readonly remote: CandidateDetails } | null;
  /** Descriptions without the passwords and keys in them. */
  readonly localDescription: { readonly type: string; readonly sdp: string } | null;
  readonly remoteDescription: { readonly type: string; readonly sdp: string } | null;
  /** Milliseconds, as SCTP measures them. */
  readonly rtt: number | undefined;
  readonly maxMessageSize: number;
  readonly maxDataChannelId: number;
}

/** How much waits, and how much may. */
export interface QueueDetails {
  readonly messages: number;
  readonly bytes: number;
  readonly limit: { readonly messages: number; readonly bytes: number };
}

/** Of data channels, WebSockets and tracks. */
export interface ChannelDetails {
  readonly bufferedAmount: number;
  readonly highWaterMark: number;
  /** A `send` waits until the send buffer has fallen to half of the mark. */
  readonly senderWaits: boolean;
  /** Sent before the channel was open. */
  readonly sendQueue: QueueDetails;
  /** Received, and taken by nobody yet. */
  readonly receiveBuffer: QueueDetails;
  /** Messages for which the receive buffer had no room. */
  readonly dropped: number;
  readonly maxMessageSize: number;
  /** Messages that the peer has acknowledged as delivered to its program; `undefined` where it sends no receipts. */
  readonly acknowledged: number | undefined;
  readonly undelivered: number;
  readonly unconfirmed: { readonly messages: number; readonly bytes: number };
}

export interface DataChannelDetails {
  readonly label: string;
  readonly protocol: string;
  readonly id: number | undefined;
  /** Who made it: `created` by this side, `incoming` from the peer, `negotiated` or `adopted`. */
  readonly origin: string;
  /** How messages are carried, of a channel made on this side; the library does not report it of others. */
  readonly ordered: boolean | undefined;
  readonly maxRetransmits: number | undefined;
  readonly maxPacketLifeTime: number | undefined;
  /** State of the machine that ends the channel, once it is needed (docs/lifecycle.md). */
  readonly ending: string | undefined;
}

/** Details of a handle beyond what every snapshot has; which groups there are depends on its kind. */
export interface HandleDetails {
  /** Why it is closing, where somebody gave a reason. */
  readonly reason?: DescribedError;
  readonly connection?: ConnectionDetails;
  readonly channel?: ChannelDetails;
  readonly dataChannel?: DataChannelDetails;
  readonly track?: { readonly mid: string; readonly type: string; readonly direction: string };
  readonly webSocket?: { readonly remoteAddress: string | undefined; readonly protocol: string | undefined };
  readonly server?: { readonly port: number; readonly connections: number };
}
