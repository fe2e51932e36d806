import { expect, it } from 'vitest';
import type { NativeDataChannel } from '../../src/native/binding.js';
import { DeliveryLedger } from '../../src/resources/channel/delivery-ledger.js';
import type { Inbox } from '../../src/resources/channel/inbox.js';
import type { ChannelConnection } from '../../src/resources/data-channel/channel-connection.js';
import { Ending } from '../../src/resources/data-channel/ending/ending.js';
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

it('asks for the round trip only where it is used, and once', () => {
  let asked = 0;
  const native = { bufferedAmount: () => 0, isOpen: () => true } as NativeDataChannel;
  const connection = {
    transportUp: () => true,
    node: { phase: 'live' },
    roundTrip: () => ({ now: 20, least: 10 + asked++ }),
  } as unknown as ChannelConnection;
  const inbox = { received: 1, receivedBytes: 100, dropped: 0 } as Inbox;
  const ending = new Ending({
    ...{ peerGivesReceipts: true, lossy: false, resets: true, mayReset: true, idIsChosen: false },
    ...{ mostInFlight: 0, peerDiscards: false },
  });
  const facts = factsOf(native, connection, new DeliveryLedger(), inbox, undefined);
  const receipt = { sent: 1, received: 0, dropped: 0, isLast: false, finals: 0 };
  ending.receive({ type: 'receipt', receipt }, facts, 0);
  ending.receive({ type: 'time' }, facts, 0);
  expect(asked).toBe(0);
  expect([facts.roundTrip, facts.leastRoundTrip]).toEqual([20, 10]);
  expect(asked).toBe(1);
});
