import type { Receipt } from './receipt.js';
import type { EndingEventType, EndingState } from './transitions.js';

/** What is known of a channel and its peer before it ends. */
export interface EndingSetting {
  /** The peer reads receipts, and gives them. */
  readonly peerGivesReceipts: boolean;
  /** Messages may be abandoned by design (`maxRetransmits`, `maxPacketLifeTime`), and receipts with them. */
  readonly lossy: boolean;
  /** Of two ends that agree, this is the one that resets the stream. */
  readonly resets: boolean;
  /**
   * Whether this end may reset the stream of an observed channel before it closes the channel. When the channel answers
   * the peer's reset, the library sends a second reset for the stream, and a peer that has used the id again by then
   * would see its new channel closed. That cannot happen where the id is ours to give.
   */
  readonly mayReset: boolean;
  /**
   * The program chose the stream id, and may use it again as soon as the channel has closed. So the end of the stream is
   * waited for, and the channel itself is closed to reset it: a second reset could meet the next channel.
   */
  readonly idIsChosen: boolean;
  /** Bytes that SCTP may have taken and not yet seen acknowledged. */
  readonly mostInFlight: number;
}

/** What the channel shows when an event comes. Messages, bytes and milliseconds. */
export interface EndingFacts {
  readonly sent: number;
  readonly sentBytes: number;
  readonly received: number;
  readonly receivedBytes: number;
  /** Of those received, the ones for which there was no room. */
  readonly dropped: number;
  /** Bytes in the send buffer. */
  readonly buffered: number;
  /** The peer has answered every message. */
  readonly answered: boolean;
  /** The least that SCTP measured on the connection, and what it measures now, which a busy machine may add to. */
  readonly leastRoundTrip: number;
  readonly roundTrip: number;
  /** Until when the peer may not have taken the channel. */
  readonly youngUntil: number;
  /** The connection ends with the channel. */
  readonly endsConnection: boolean;
  readonly isOpen: boolean;
  readonly isUp: boolean;
}

export type EndingEvent =
  | { readonly type: Exclude<EndingEventType, 'receipt' | 'finalReceipt'> }
  | { readonly type: 'receipt' | 'finalReceipt'; readonly receipt: Receipt };

export type EndingCommand =
  | { readonly type: 'sendReceipt'; readonly receipt: Receipt }
  /** The outgoing half alone. The event `refused` is to follow where the library does not. */
  | { readonly type: 'resetStream' }
  /** Nothing is queued any more that the native's close callback could throw away (H4). */
  | { readonly type: 'watchClose' }
  /** The peer wants to close, or has closed: the handle is to begin. */
  | { readonly type: 'askToClose' }
  /** What became of everything that was sent. */
  | { readonly type: 'count'; readonly as: 'settled' | 'confirmed' | 'abandoned' | 'doubted' }
  /** The connection is to live for so many milliseconds, in which what was sent should arrive. */
  | { readonly type: 'keepConnection'; readonly ms: number };

/** What an `Ending` remembers from one event to the next. */
export interface EndingMemory {
  state: EndingState;
  hasPeerReceipt: boolean;
  wakeAt: number;
  /** What the peer has said of us: messages that reached its program, and its newest count of what it sent. */
  acknowledged: number;
  peerSent: number | undefined;
  /** Our final receipts; those that the peer has had when it gave its newest; its final receipts. */
  finals: number;
  finalsSeen: number;
  /** The first final receipt with all that has been received, counted as `finalsSeen` is. */
  newsFinal: number | undefined;
  peerFinals: number;
  owesAnswer: boolean;
  /** What our newest receipt acknowledged, and when the newest that was not final was given. */
  reported: number;
  reportedBytes: number;
  receiptAt: number;
  pause: number;
  resetAt: number | undefined;
  receivedBefore: number;
  lookedAt: number;
  flushFrom: { readonly buffered: number; readonly at: number } | undefined;
}
