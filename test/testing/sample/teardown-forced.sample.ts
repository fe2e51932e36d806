import { rtcTest } from 'scoped-rtc/vitest';

const test = rtcTest({ teardownTimeout: 100 });

test('has a disposer that never ends', ({ rtc }) => {
  rtc.createPeerConnection('alice');
  rtc.defer(() => new Promise(() => {}));
});
