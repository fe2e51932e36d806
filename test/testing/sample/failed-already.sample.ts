import { RtcRuntime } from 'scoped-rtc';
import { test } from 'scoped-rtc/vitest';

test('fails by itself, and leaves everything open', ({ rtc }) => {
  RtcRuntime.acquire('app').createPeerConnection('alice');
  rtc.defer(() => {
    throw new Error('not the error to tell');
  });
  throw new Error('the error to tell');
});
