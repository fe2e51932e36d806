import { RtcRuntime } from 'scoped-rtc';
import { ManualClock } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';
import type { NativeOwner } from '../../src/compat/drop-in-owner.js';
import { GuardedPeerConnection } from '../../src/compat/guarded-peer-connection.js';
import { nothingLeft } from '../support/nothing-left.js';

// A binding's polyfill does not tell the end of gathering, so simple-peer without trickle ICE sends an answer 5 s after it was
// made. A peer that is checked before it has the answer may fail in its handshake (H48).

const CANDIDATE = 'a=candidate';

it('an answer to an offer with all candidates may be read after 5 s: until then no path is checked, and 3 s longer', async () => {
  const clock = new ManualClock();
  const runtime = new RtcRuntime({ clock });
  const scope = runtime.scope('app');
  const owner: NativeOwner = { make: (create) => create(scope) };
  const alice = scope.createPeerConnection('alice');
  alice.createDataChannel('chat');
  const offer = await clock.runUntil(alice.offer());
  expect(offer.sdp).toContain(CANDIDATE);

  const bob = new GuardedPeerConnection(owner, 'bob', { iceServers: [] });
  const answered = new Promise((resolve) => bob.onLocalDescription(resolve));
  bob.setRemoteDescription(offer.sdp, 'offer');
  await answered;
  /** The candidates of the offer that the library has been given. */
  const given = () => bob.remoteDescription()?.sdp.includes(CANDIDATE);
  clock.advance(5000);
  expect(given()).toBe(false);
  expect(bob.localDescription()?.type).toBe('answer');
  clock.advance(2999);
  expect(given()).toBe(false);
  clock.advance(1);
  expect(given()).toBe(true);
  await clock.runUntil(scope.disposeAsync());
  await nothingLeft(runtime);
});
