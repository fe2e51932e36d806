import { RtcRuntime } from 'scoped-rtc';
import { test } from 'scoped-rtc/vitest';

const firstEnded = new Promise((resolve) => {
  RtcRuntime.shared.on('teardown', () => setImmediate(resolve));
});

test.concurrent('fails and leaves a scope', ({ rtc: _rtc }) => {
  RtcRuntime.acquire('app');
  throw new Error('of the test');
});

test.concurrent('runs longer and is innocent', async ({ rtc: _rtc }) => {
  await firstEnded;
});
