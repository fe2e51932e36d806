import { RtcRuntime } from 'scoped-rtc';
import { test } from 'scoped-rtc/vitest';

const firstEnded = new Promise((resolve) => {
  RtcRuntime.shared.on('teardown', () => setImmediate(resolve));
});

test.concurrent('leaves a scope while another runs', ({ rtc: _rtc }) => {
  RtcRuntime.acquire('app').createPeerConnection('alice');
});

test.concurrent('runs longer and is innocent', async ({ rtc: _rtc }) => {
  await firstEnded;
});
