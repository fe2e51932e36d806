import type { DataChannelDetails } from '../../diagnostics/handle-details.js';
import type { NativeDataChannel } from '../../native/binding.js';
import type { validateDataChannelInit } from '../../native/validate/data-channel-init.js';
import type { DeliveryLedger } from '../channel/delivery-ledger.js';
import type { Inbox } from '../channel/inbox.js';
import type {
  ChannelConnection,
  ChannelDelivery,
  ChannelOrigin,
  ChannelTraits,
} from './channel-connection.js';
import type { Ending } from './ending/ending.js';
import type { EndingFacts, EndingSetting } from './ending/transitions.js';
import { RECEIPT_BYTES, type Receipt } from './ending/receipt.js';

/**
 * What a channel shows its ending. Each is a call of the native or two, so nothing is read for a message. `openedAt` (ms of
 * the clock) where the peer is not known to have taken the channel.
 */
export function factsOf(
  native: NativeDataChannel,
  connection: ChannelConnection,
  sent: DeliveryLedger,
  inbox: Inbox,
  openedAt: number | undefined,
): EndingFacts {
  // Only what needs it asks for it: the library locks SCTP for the answer, which is busy while much is received.
  let measured: ReturnType<NonNullable<ChannelConnection['roundTrip']>> | undefined;
  const roundTrip = () => (measured ??= connection.roundTrip?.() ?? { now: 0, least: 0 });
  const buffered = native.bufferedAmount();
  return {
    sent: sent.messages,
    sentBytes: sent.bytes,
    received: inbox.received,
    receivedBytes: inbox.receivedBytes,
    dropped: inbox.dropped,
    // What has not left can have had no answer: the peer's messages are its own then.
    answered: buffered === 0 && sent.isAnswered,
    buffered,
    isOpen: native.isOpen(),
    isUp: connection.transportUp(),
    get roundTrip() {
      return roundTrip().now;
    },
    get leastRoundTrip() {
      return roundTrip().least;
    },
    youngUntil: openedAt === undefined ? 0 : openedAt + TAKEN_MS,
    endsConnection: connection.node.phase !== 'live',
  };
}

interface Described {
  readonly label: string;
  readonly protocol: string;
  readonly id: number | undefined;
}

/** What a channel shows people. */
export function detailsOf(
  { label, protocol, id }: Described,
  origin: ChannelOrigin,
  delivery: ChannelDelivery | undefined,
  ending: Ending | undefined,
): DataChannelDetails {
  const { ordered, maxRetransmits, maxPacketLifeTime } = delivery ?? {};
  return { label, protocol, id, origin, ordered, maxRetransmits, maxPacketLifeTime, ending: ending?.state };
}

export type CheckedInit = NonNullable<ReturnType<typeof validateDataChannelInit>['init']>;

/** The traits that the program of this end asked for. */
export function traitsAsked(init: CheckedInit | undefined): ChannelTraits {
  const { unordered, maxRetransmits, maxPacketLifeTime, id } = init ?? {};
  return {
    lossy: (maxRetransmits ?? maxPacketLifeTime ?? null) !== null,
    idIsChosen: id !== undefined,
    delivery: {
      ordered: unordered !== true,
      maxRetransmits: maxRetransmits ?? undefined,
      maxPacketLifeTime: maxPacketLifeTime ?? undefined,
    },
  };
}

/** The traits of a channel with what is not said of it. */
export function traitsOf(origin: ChannelOrigin, { delivery, lossy, idIsChosen }: ChannelTraits = {}) {
  const isChosen = idIsChosen ?? (origin !== 'created' && origin !== 'incoming');
  return { delivery, lossy: lossy ?? false, idIsChosen: isChosen };
}

/** A receipt that says how far this end is, and asks for nothing. */
export function progressOf({ messages: sent }: DeliveryLedger, { received, dropped }: Inbox): Receipt {
  return { sent, received, dropped, isLast: false, finals: 0 };
}

/** What the ending of a channel is given, once. */
export function settingOf(
  native: NativeDataChannel,
  connection: ChannelConnection,
  origin: ChannelOrigin,
  { lossy, idIsChosen }: ReturnType<typeof traitsOf>,
): EndingSetting {
  const peer = connection.receiptPeer;
  return {
    // A peer that takes no message of that size gets no receipt, and waits for none.
    peerGivesReceipts: peer?.givesReceipts === true && native.maxMessageSize() >= RECEIPT_BYTES,
    lossy,
    resets: origin === 'negotiated' ? peer?.goesFirst === true : origin !== 'incoming',
    mayReset: origin === 'created',
    idIsChosen,
    mostInFlight: connection.mostInFlight,
    peerDiscards: connection.peerDiscards === true,
  };
}

/** Milliseconds that a peer gets to take a channel we opened, before we close it. */
const TAKEN_MS = 25;
