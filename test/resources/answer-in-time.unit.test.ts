import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding, ManualClock } from 'scoped-rtc/testing';
import { expect, it, vi } from 'vitest';
import { turns } from '../support/manual-clock.js';

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

it('keeps the candidates of an offer that takes the place of one which was given up, until the answer to it', async () => {
  const native = createFakeBinding();
  const { PeerConnection } = native;
  const given: string[] = [];
  native.PeerConnection = class extends PeerConnection {
    override setRemoteDescription(
      ...[sdp, type]: Parameters<InstanceType<typeof PeerConnection>['setRemoteDescription']>
    ) {
      given.push(`${type} with ${sdp.split('a=candidate:').length - 1}`);
      super.setRemoteDescription(sdp, type);
    }

    override addRemoteCandidate(candidate: string, mid: string) {
      given.push('candidate');
      super.addRemoteCandidate(candidate, mid);
    }
  };
  const clock = new ManualClock();
  await using scope = new RtcRuntime({ native, clock }).scope('app');
  const alice = scope.createPeerConnection('alice');
  const bob = scope.createPeerConnection('bob', { disableAutoNegotiation: true });
  alice.createDataChannel('chat');
  const offer = await alice.offer();
  expect(offer.sdp).toContain('a=candidate:');
  const answers: string[] = [];
  bob.on('localDescription', ({ type }) => answers.push(type));
  bob.setRemoteDescription(offer);
  bob.exchange.discardOffer();
  bob.setRemoteDescription(offer);
  await turns();
  clock.advance(5000);
  expect(given).toEqual(['offer with 0', 'offer with 0']);
  expect(answers).toEqual([]);
  bob.setLocalDescription('answer');
  await turns();
  clock.advance(5000);
  expect(answers).toEqual(['answer']);
  expect(given.slice(2)).toContain('candidate');
});
