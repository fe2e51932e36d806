import type { Deadline } from '../../time/deadline.js';
import type { NativeRecord } from '../../library/release-ledger.js';
import type { OwnedNode } from '../../scope/node.js';
import type { ReceiptPeer } from './ending/receipt.js';

/** What a channel needs of the connection it belongs to. */
export interface ChannelConnection {
  readonly node: OwnedNode;
  /** Absent where the connection is not ours. */
  readonly receiptPeer?: ReceiptPeer;
  /** Bytes that SCTP may have taken and not yet seen acknowledged, at the most. */
  readonly mostInFlight: number;
  /** How many channels it has already. */
  readonly openChannels?: number;
  /** The peer discards what it received on a stream that is reset and its program was not given yet. */
  readonly peerDiscards?: boolean;
  /** The SCTP association is up: what is sent can arrive. */
  transportUp(): boolean;
  /**
   * Resets the outgoing half of a stream without closing its channel, behind everything that was sent on it.
   * The peer answers with a reset of its own when it has everything; that closes the channel. False when the
   * library refused.
   */
  resetStream(id: number): boolean;
  /** A channel was closed without confirmation; the connection must live on for so long. */
  keepFor(ms: number): void;
  /** The id of a channel that is gone; `isFree` where the reset of its stream was seen. */
  leave?(id: number, isFree: boolean): void;
  /**
   * The channel is over, and its native waits for the stream's reset. False where the connection ends, too, and the peer is
   * informed of what arrived: then it is to be closed now. Otherwise the connection discards it at its end, for which it
   * waits until the peer is informed.
   */
  leaveOpen?(id: number, record: NativeRecord, isInformed: boolean): boolean;
  /** The peer of a channel that was left open is informed now. */
  informed?(id: number | undefined): void;
  /**
   * The library has opened a channel that both ends make: calls `open` when the peer has made it, too, or says
   * nothing.
   */
  awaitPeer?(id: number, open: () => void): void;
  /**
   * The stream of a channel that was closed was reset. Resolves when the id can be used again: the library frees it when
   * the peer answers, which is not reported once the native is closed. So the answer gets the time, and is waited for
   * where the peer reports it: what is lost is sent again.
   */
  freed?(id: number, deadline: Deadline): Promise<void>;
  /** Milliseconds as SCTP measures them now, and the least of them. */
  roundTrip?(): { readonly now: number; readonly least: number };
}

/** How a channel came to be. */
export type ChannelOrigin = 'created' | 'negotiated' | 'incoming' | 'adopted';

/** How messages are carried (RFC 8832, section 5.1). */
export interface ChannelDelivery {
  readonly ordered: boolean;
  readonly maxRetransmits: number | undefined;
  readonly maxPacketLifeTime: number | undefined;
}

/** How a channel was made, as far as its end depends on it. */
export interface ChannelTraits {
  /**
   * Messages may be abandoned by design (`maxRetransmits`, `maxPacketLifeTime`), and with them what receipts say. Not
   * known of an incoming channel.
   */
  readonly lossy?: boolean;
  /** How messages are carried; not known of an incoming channel either. */
  readonly delivery?: ChannelDelivery | undefined;
  /** The program chose the stream id, and may use it again as soon as the channel has closed. */
  readonly idIsChosen?: boolean;
}
