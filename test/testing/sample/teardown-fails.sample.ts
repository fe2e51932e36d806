import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { rtcTest, test } from 'scoped-rtc/vitest';

test('has a disposer that throws', ({ rtc }) => {
  rtc.createPeerConnection('alice');
  rtc.defer(() => {
    throw new Error('the database is gone');
  });
});

const native = createFakeBinding({ faults: { cleanupThrows: true } });
const onFake = rtcTest({ runtime: new RtcRuntime({ native }) });

onFake('has a library that does not clean up', ({ rtc }) => {
  rtc.createPeerConnection('alice');
});
