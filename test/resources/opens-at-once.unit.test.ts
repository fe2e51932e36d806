import { memorySignaling, RtcRuntime } from 'scoped-rtc';
import { createFakeBinding, type FakeBinding } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';

type FakeConnection = InstanceType<FakeBinding['PeerConnection']>;

it('a channel whose peer answers before createDataChannel() returns opens a turn later, as others do', async () => {
  const native = createFakeBinding();
  const { PeerConnection } = native;
  let isAnswered = true;
  native.PeerConnection = class extends PeerConnection {
    override createDataChannel(...given: Parameters<FakeConnection['createDataChannel']>) {
      const channel = super.createDataChannel(...given);
      if (given[0] !== 'answered') return channel;
      // Threads of the library run while this one does. The callback was not there yet: it is not called.
      const isOpen = channel.isOpen.bind(channel);
      return Object.assign(channel, { isOpen: () => isAnswered || isOpen(), onOpen: () => {} });
    }
  };
  await using scope = new RtcRuntime({ native }).scope('app');
  const alice = scope.createPeerConnection('alice');
  const bob = scope.createPeerConnection('bob');
  const [left, right] = memorySignaling();
  const first = alice.createDataChannel('first');
  await Promise.all([alice.negotiate(left), bob.negotiate(right), first.opened()]);

  const events: string[] = [];
  const channel = alice.createDataChannel('answered');
  channel.on('open', () => events.push('open'));
  expect(channel.state).toBe('opening');
  // As the event with which a peer in this process is given the channel.
  setImmediate(() => events.push('what the library had queued before'));
  await channel.opened();
  isAnswered = false; // from now on as it is
  await Promise.resolve();
  expect(events).toEqual(['what the library had queued before', 'open']);
});
