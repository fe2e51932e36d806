import { RtcRuntime } from 'scoped-rtc';
import { test } from 'scoped-rtc/vitest';

let ended = (): void => {};
const leftBehind = new Promise<void>((resolve) => {
  ended = resolve;
});

test.concurrent('leaves a scope while another runs', ({ rtc: _rtc, onTestFinished }) => {
  RtcRuntime.acquire('app').createPeerConnection('alice');
  onTestFinished(() => ended());
});

test.concurrent('runs longer and is innocent', async ({ rtc: _rtc }) => {
  await leftBehind;
});
