import { expect, it } from 'vitest';
import type { NativeDataChannel } from '../../src/native/binding.js';
import { DeliveryLedger } from '../../src/resources/channel/delivery-ledger.js';
import type { Inbox } from '../../src/resources/channel/inbox.js';
import type { ChannelConnection } from '../../src/resources/data-channel/channel-connection.js';
import { factsOf } from '../../src/resources/data-channel/facts.js';

it('takes messages of the peer for answers only when everything of ours has left', () => {
  let waiting = 100;
  const native = { bufferedAmount: () => waiting, isOpen: () => true } as NativeDataChannel;
  const connection = { transportUp: () => true, node: { phase: 'live' } } as ChannelConnection;
  const inbox = { received: 1, receivedBytes: 100, dropped: 0 } as Inbox;
  const sent = new DeliveryLedger();
  sent.accepted(100);
  sent.received();
  expect(factsOf(native, connection, sent, inbox, undefined).answered).toBe(false);
  waiting = 0;
  expect(factsOf(native, connection, sent, inbox, undefined).answered).toBe(true);
});
