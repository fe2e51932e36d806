import { test as base } from 'scoped-rtc/vitest';

const test = base.extend({ rtcOptions: { teardownTimeout: 100 } });

test('has a disposer that never ends', ({ rtc }) => {
  rtc.createPeerConnection('alice');
  rtc.defer(() => new Promise(() => {}));
});
