import { RtcRuntime } from 'scoped-rtc';
import { test } from 'scoped-rtc/vitest';

test('leaves a handle in a runtime of its own', ({ rtc: _rtc }) => {
  new RtcRuntime().scope('own').createPeerConnection('alice').createDataChannel('chat');
});
