import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, rtcTest } from 'scoped-rtc/vitest';

const native = createFakeBinding({ faults: { throwInClose: true } });
const runtime = new RtcRuntime({ native, cleanup: 'manual' });
const test = rtcTest({ runtime });

test('ends its scope although a close fails', async ({ rtc }) => {
  rtc.createPeerConnection('alice');
  await expect(rtc.disposeAsync()).rejects.toThrow('closing failed');
});
