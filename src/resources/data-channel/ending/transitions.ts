import type { Receipt } from './receipt.js';

/**
 * Where the end of a channel stands.
 *
 * `live`: it is in use. `ended`: nothing more is waited for, and the native may be given back.
 * Agreed with a peer of this package: `parting` has said that no more is sent and waits until either end has every
 * message of the other's; `informing` has them, and waits until the peer knows before it ends the connection, which takes
 * what is on its way along; `agreed` has them, so the handle may close; `resetting` has reset the stream behind that. In
 * these two only the stream is still to end, which frees its id.
 * Observed, with any other peer: `young` waits until the peer has surely taken the channel, or has said what arrived of messages
 * that may be lost; `confirming` has reset the
 * stream and waits for the answer; `awaiting` lets a peer that closes, too, go first; `receiving` has reset the stream
 * and takes what is on its way; `flushing` empties the send buffer; `arriving` leaves what was sent the time to arrive.
 */
export type EndingState =
  | 'live'
  | 'parting'
  | 'informing'
  | 'agreed'
  | 'resetting'
  | 'young'
  | 'confirming'
  | 'awaiting'
  | 'receiving'
  | 'flushing'
  | 'arriving'
  | 'ended';

/**
 * `close`, `abort`: what this end asks for; `abort` also when the deadline has passed. `receipt`, `finalReceipt`: from the
 * peer. `arrived`: messages came that the peer had announced. `reset`: the native was closed, by the peer or with the
 * transport. `down`: the transport is down. `refused`: the library did not reset the stream. `time`: nothing of these.
 */
export type EndingEventType =
  'close' | 'abort' | 'receipt' | 'finalReceipt' | 'arrived' | 'reset' | 'down' | 'refused' | 'time';

/** What an `Ending` can be asked before a transition; see `ending.ts`. */
export type Guard =
  | 'agrees'
  | 'isDown'
  | 'isReset'
  | 'hasSent'
  | 'hasReceived'
  | 'mayReset'
  | 'isYoung'
  | 'endsConnection'
  | 'lacksMessages'
  | 'owesReceipt'
  | 'isUnacknowledged'
  | 'givesReceipts'
  | 'mayResetNow'
  | 'isInformed'
  | 'owesLastWord'
  | 'idIsChosen'
  | 'isDoubtful'
  | 'isOverdue'
  | 'isAnswered'
  | 'isFlushed'
  | 'isBusy'
  | 'isDue'
  | 'receiptIsDue';

/** What an `Ending` does in a transition; see `ending.ts`. */
export type Action =
  | 'sendReceipt'
  | 'sendFinalReceipt'
  | 'sendAgain'
  | 'resetStream'
  | 'watchClose'
  | 'askToClose'
  | 'countSettled'
  | 'countConfirmed'
  | 'countAbandoned'
  | 'countDoubted'
  | 'keepConnection'
  | 'waitWhileYoung'
  | 'waitForPeer'
  | 'waitForQuiet'
  | 'waitForReset'
  | 'waitForAgreement'
  | 'waitForInformed';

export interface Transition {
  readonly in: EndingState;
  readonly on: EndingEventType | readonly EndingEventType[];
  /** All of them must hold; `!` before one negates it. The first row that fits is taken. */
  readonly when?: readonly (Guard | `!${Guard}`)[];
  readonly to: EndingState;
  readonly do?: readonly Action[];
}

const FROM_PEER = ['receipt', 'finalReceipt', 'arrived'] as const;
const GONE = ['reset', 'down'] as const;

/** Every state, every event. One that is not here for a state is a mistake of this package, and throws. */
// prettier-ignore
export const TRANSITIONS: readonly Transition[] = [
  // In use.
  { in: 'live', on: 'receipt', to: 'live' },
  { in: 'live', on: ['finalReceipt', 'arrived'], when: ['lacksMessages'], to: 'live' },
  { in: 'live', on: ['finalReceipt', 'arrived'], to: 'live', do: ['askToClose'] },
  { in: 'live', on: 'time', when: ['receiptIsDue'], to: 'live', do: ['sendReceipt'] },
  { in: 'live', on: 'time', to: 'live' },
  { in: 'live', on: GONE, to: 'live', do: ['askToClose'] },
  { in: 'live', on: 'abort', to: 'ended', do: ['sendFinalReceipt', 'countAbandoned'] },
  // How it begins to end.
  { in: 'live', on: 'close', when: ['isDown'], to: 'ended', do: ['countAbandoned'] },
  { in: 'live', on: 'close', when: ['isReset', 'hasSent', 'endsConnection', 'isDoubtful'], to: 'arriving', do: ['keepConnection'] },
  { in: 'live', on: 'close', when: ['isReset'], to: 'ended', do: ['countAbandoned'] },
  { in: 'live', on: 'close', when: ['agrees', 'lacksMessages'], to: 'parting', do: ['sendFinalReceipt', 'waitForAgreement'] },
  { in: 'live', on: 'close', when: ['agrees', 'isUnacknowledged'], to: 'parting', do: ['sendFinalReceipt', 'waitForAgreement'] },
  { in: 'live', on: 'close', when: ['agrees', 'endsConnection', '!isInformed'], to: 'informing', do: ['sendFinalReceipt', 'countSettled', 'watchClose', 'waitForInformed'] },
  { in: 'live', on: 'close', when: ['agrees'], to: 'agreed', do: ['sendFinalReceipt', 'countSettled', 'watchClose', 'waitForReset'] },
  { in: 'live', on: 'close', when: ['hasSent', 'mayReset', 'isYoung'], to: 'young', do: ['sendFinalReceipt', 'waitWhileYoung'] },
  { in: 'live', on: 'close', when: ['hasSent', 'mayReset'], to: 'confirming', do: ['sendFinalReceipt', 'resetStream'] },
  { in: 'live', on: 'close', when: ['hasSent'], to: 'flushing', do: ['sendFinalReceipt'] },
  { in: 'live', on: 'close', when: ['hasReceived', 'mayReset'], to: 'awaiting', do: ['sendFinalReceipt', 'waitForPeer'] },
  { in: 'live', on: 'close', to: 'ended', do: ['sendFinalReceipt'] },
  // Agreed, with a peer of this package.
  { in: 'parting', on: FROM_PEER, when: ['lacksMessages'], to: 'parting' },
  { in: 'parting', on: FROM_PEER, when: ['owesReceipt', 'isUnacknowledged'], to: 'parting', do: ['sendFinalReceipt'] },
  { in: 'parting', on: FROM_PEER, when: ['isUnacknowledged'], to: 'parting' },
  { in: 'parting', on: FROM_PEER, when: ['owesReceipt', 'endsConnection', '!isInformed'], to: 'informing', do: ['sendFinalReceipt', 'countSettled', 'watchClose', 'waitForInformed'] },
  { in: 'parting', on: FROM_PEER, when: ['endsConnection', '!isInformed'], to: 'informing', do: ['countSettled', 'watchClose', 'waitForInformed'] },
  { in: 'parting', on: FROM_PEER, when: ['owesReceipt'], to: 'agreed', do: ['sendFinalReceipt', 'countSettled', 'watchClose', 'waitForReset'] },
  { in: 'parting', on: FROM_PEER, when: ['owesLastWord'], to: 'agreed', do: ['sendFinalReceipt', 'countSettled', 'watchClose', 'waitForReset'] },
  { in: 'parting', on: FROM_PEER, when: ['mayResetNow', 'idIsChosen'], to: 'ended', do: ['countSettled', 'watchClose'] },
  { in: 'parting', on: FROM_PEER, when: ['mayResetNow', '!endsConnection'], to: 'resetting', do: ['countSettled', 'watchClose', 'resetStream'] },
  { in: 'parting', on: FROM_PEER, to: 'agreed', do: ['countSettled', 'watchClose', 'waitForReset'] },
  { in: 'parting', on: 'time', when: ['isDue'], to: 'parting', do: ['sendAgain'] },
  { in: 'parting', on: 'time', to: 'parting' },
  { in: 'parting', on: GONE, to: 'ended', do: ['countAbandoned'] },
  { in: 'parting', on: 'abort', to: 'ended', do: ['sendFinalReceipt', 'countAbandoned'] },
  { in: 'informing', on: FROM_PEER, when: ['isInformed', 'owesLastWord'], to: 'agreed', do: ['sendFinalReceipt', 'waitForReset'] },
  { in: 'informing', on: FROM_PEER, when: ['isInformed'], to: 'agreed', do: ['waitForReset'] },
  { in: 'informing', on: FROM_PEER, when: ['owesReceipt'], to: 'informing', do: ['sendFinalReceipt'] },
  { in: 'informing', on: FROM_PEER, to: 'informing' },
  { in: 'informing', on: 'time', when: ['isDue'], to: 'ended' },
  { in: 'informing', on: 'time', to: 'informing' },
  { in: 'informing', on: ['abort', ...GONE], to: 'ended' },
  { in: 'agreed', on: FROM_PEER, when: ['owesReceipt'], to: 'agreed', do: ['sendFinalReceipt'] },
  { in: 'agreed', on: FROM_PEER, when: ['mayResetNow', 'idIsChosen'], to: 'ended' },
  { in: 'agreed', on: FROM_PEER, when: ['mayResetNow', '!endsConnection'], to: 'resetting', do: ['resetStream'] },
  { in: 'agreed', on: 'time', when: ['isDue'], to: 'ended' },
  { in: 'agreed', on: ['time', ...FROM_PEER], to: 'agreed' },
  { in: 'agreed', on: ['abort', ...GONE], to: 'ended' },
  { in: 'resetting', on: ['time', ...FROM_PEER], to: 'resetting' },
  { in: 'resetting', on: ['abort', 'refused', ...GONE], to: 'ended' },
  // Observed, with any other peer.
  { in: 'young', on: 'time', when: ['isDue'], to: 'confirming', do: ['resetStream'] },
  { in: 'young', on: FROM_PEER, when: ['!isYoung'], to: 'confirming', do: ['resetStream'] },
  { in: 'young', on: ['time', ...FROM_PEER], to: 'young' },
  { in: 'young', on: 'reset', when: ['endsConnection', 'isDoubtful'], to: 'arriving', do: ['keepConnection'] },
  { in: 'young', on: ['abort', ...GONE], to: 'ended', do: ['countAbandoned'] },
  { in: 'confirming', on: 'reset', when: ['givesReceipts', 'isUnacknowledged'], to: 'ended', do: ['countAbandoned'] },
  { in: 'confirming', on: 'reset', when: ['isDown', 'isOverdue'], to: 'ended', do: ['countAbandoned'] },
  { in: 'confirming', on: 'reset', when: ['!isDoubtful'], to: 'ended', do: ['countConfirmed'] },
  { in: 'confirming', on: 'reset', when: ['endsConnection'], to: 'arriving', do: ['keepConnection'] },
  { in: 'confirming', on: ['abort', 'refused', ...GONE], to: 'ended', do: ['countAbandoned'] },
  { in: 'confirming', on: 'time', when: ['isAnswered', 'isDue'], to: 'ended', do: ['countConfirmed'] },
  { in: 'confirming', on: ['time', ...FROM_PEER], to: 'confirming' },
  { in: 'awaiting', on: 'time', when: ['isDue'], to: 'receiving', do: ['resetStream', 'waitForQuiet'] },
  { in: 'awaiting', on: ['time', ...FROM_PEER], to: 'awaiting' },
  { in: 'awaiting', on: ['abort', ...GONE], to: 'ended' },
  { in: 'receiving', on: 'time', when: ['isBusy'], to: 'receiving', do: ['waitForQuiet'] },
  { in: 'receiving', on: 'time', when: ['!isDue'], to: 'receiving' },
  { in: 'receiving', on: FROM_PEER, to: 'receiving' },
  { in: 'receiving', on: ['abort', 'time', 'refused', ...GONE], to: 'ended' },
  { in: 'flushing', on: 'time', when: ['isFlushed'], to: 'ended', do: ['countDoubted', 'keepConnection'] },
  { in: 'flushing', on: ['time', ...FROM_PEER], to: 'flushing' },
  { in: 'flushing', on: ['abort', ...GONE], to: 'ended', do: ['countAbandoned'] },
  { in: 'arriving', on: ['reset', 'time'], when: ['!isDue'], to: 'arriving' },
  { in: 'arriving', on: FROM_PEER, to: 'arriving' },
  { in: 'arriving', on: ['reset', 'down', 'abort', 'time'], to: 'ended', do: ['countAbandoned'] },
  // What is late changes nothing; receipts are still counted.
  { in: 'ended', on: ['close', 'abort', 'refused', 'time', ...GONE, ...FROM_PEER], to: 'ended' },
];

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
  /** The peer answers the reset of a stream, and discards what it received on it and its program was not given yet. */
  readonly peerDiscards: boolean;
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

/** Milliseconds without an answer after which a final receipt is given again; twice as many each time. */
const AGAIN_MS = 500;

/** That of a channel in use. */
export const NEW_MEMORY: EndingMemory = {
  state: 'live',
  hasPeerReceipt: false,
  wakeAt: Number.POSITIVE_INFINITY,
  acknowledged: 0,
  peerSent: undefined,
  finals: 0,
  finalsSeen: 0,
  newsFinal: undefined,
  peerFinals: 0,
  owesAnswer: false,
  reported: 0,
  reportedBytes: 0,
  receiptAt: Number.NEGATIVE_INFINITY,
  pause: AGAIN_MS,
  resetAt: undefined,
  receivedBefore: 0,
  lookedAt: 0,
  flushFrom: undefined,
};
