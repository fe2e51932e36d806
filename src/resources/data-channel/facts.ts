import type { NativeDataChannel } from '../../native/binding.js';
import type { DeliveryLedger } from '../channel/delivery-ledger.js';
import type { Inbox } from '../channel/inbox.js';
import type { ChannelConnection } from './channel-connection.js';
import type { EndingFacts } from './ending/ending-events.js';

/** What a channel shows its ending. Each is a call of the native or two, so nothing is read for a message. */
export function factsOf(
  native: NativeDataChannel,
  connection: ChannelConnection,
  sent: DeliveryLedger,
  inbox: Inbox,
  youngUntil: number,
): EndingFacts {
  const roundTrip = connection.roundTrip?.();
  return {
    sent: sent.messages,
    sentBytes: sent.bytes,
    received: inbox.received,
    receivedBytes: inbox.receivedBytes,
    dropped: inbox.dropped,
    answered: sent.isAnswered,
    buffered: native.bufferedAmount(),
    isOpen: native.isOpen(),
    isUp: connection.transportUp(),
    roundTrip: roundTrip?.now ?? 0,
    leastRoundTrip: roundTrip?.least ?? 0,
    youngUntil,
    endsConnection: connection.node.phase !== 'live',
  };
}
