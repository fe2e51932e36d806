import type { ChannelDetails } from '../../diagnostics/handle-details.js';
import type { TrafficFigures } from '../../diagnostics/traffic.js';
import type { DeliveryLedger } from './delivery-ledger.js';
import type { Inbox } from './inbox.js';
import type { Outbox, SendBuffer } from './send-buffer.js';

export function channelDetails(
  { bufferedAmount, maxMessageSize }: { readonly bufferedAmount: number; readonly maxMessageSize: number },
  buffer: SendBuffer,
  outbox: Outbox,
  inbox: Inbox,
  ledger: DeliveryLedger,
): ChannelDetails {
  return {
    bufferedAmount,
    highWaterMark: buffer.highWaterMark,
    senderWaits: buffer.awaited,
    sendQueue: outbox.queue,
    receiveBuffer: inbox.queue,
    dropped: inbox.dropped,
    maxMessageSize,
    acknowledged: ledger.arrived === 0 ? undefined : ledger.arrived,
    undelivered: ledger.undelivered,
    unconfirmed: ledger.unconfirmed,
  };
}

export function trafficOfChannel(ledger: DeliveryLedger, inbox: Inbox): TrafficFigures {
  return {
    messagesSent: ledger.messages,
    messagesReceived: inbox.received,
    bytesSent: ledger.bytes,
    bytesReceived: inbox.receivedBytes,
  };
}
