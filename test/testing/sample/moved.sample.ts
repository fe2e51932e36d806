import { test } from 'scoped-rtc/vitest';

test('moves its scope away', ({ rtc }) => {
  rtc.createPeerConnection('alice');
  rtc.move();
});
