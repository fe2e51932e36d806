import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, it, vi } from 'vitest';

it('gives the library an answer at the beginning of a turn of the processor, and nothing else (H48)', async () => {
  const calls: string[] = [];
  using _waits = vi.spyOn(Atomics, 'wait').mockImplementation(() => (calls.push('yield'), 'timed-out'));
  const native = createFakeBinding();
  const { PeerConnection } = native;
  native.PeerConnection = class extends PeerConnection {
    override setRemoteDescription(
      ...given: Parameters<InstanceType<typeof PeerConnection>['setRemoteDescription']>
    ) {
      calls.push(given[1]);
      super.setRemoteDescription(...given);
    }
  };
  await using scope = new RtcRuntime({ native }).scope('app');
  const alice = scope.createPeerConnection('alice');
  const bob = scope.createPeerConnection('bob');
  alice.createDataChannel('chat');
  alice.accept(await bob.answer(await alice.offer()));
  expect(calls).toEqual(['offer', 'yield', 'answer']);
});
