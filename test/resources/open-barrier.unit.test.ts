import { memorySignaling, RtcRuntime } from 'scoped-rtc';
import { createFakeBinding, type FakeBinding } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';
import { nextEvent } from '../support/event.js';

type FakeConnection = InstanceType<FakeBinding['PeerConnection']>;

/** Milliseconds after the first look at which a thread of the library that gets no processor has opened what was there before. */
const STARVED_MS = 200;

it('a channel that is made as soon as the connection is up waits for a starved thread of the library (H51)', async () => {
  const native = createFakeBinding();
  const { PeerConnection } = native;
  const areOpen: boolean[] = [];
  native.PeerConnection = class extends PeerConnection {
    #isControlOpen = () => true;

    override createDataChannel(...given: Parameters<FakeConnection['createDataChannel']>) {
      const channel = super.createDataChannel(...given);
      const [label, init] = given;
      if (label === 'late') areOpen.push(this.#isControlOpen());
      if (!init?.negotiated) return channel;
      const isOpen = channel.isOpen.bind(channel);
      let opensAt: number | undefined;
      channel.isOpen = this.#isControlOpen = () => {
        if (this.state() === 'connected') opensAt ??= performance.now() + STARVED_MS;
        return opensAt !== undefined && performance.now() >= opensAt && isOpen();
      };
      return channel;
    }
  };
  await using scope = new RtcRuntime({ native }).scope('app');
  const alice = scope.createPeerConnection('alice');
  const bob = scope.createPeerConnection('bob');
  const [left, right] = memorySignaling();
  bob.on('stateChange', (state) => {
    if (state === 'connected') bob.createDataChannel('late');
  });
  const arrived = nextEvent(alice, 'dataChannel');
  alice.createDataChannel('first');
  await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
  await arrived;
  expect(areOpen).toEqual([true]);
});
