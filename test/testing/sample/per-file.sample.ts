import { RtcRuntime } from 'scoped-rtc';
import { expect, test } from 'scoped-rtc/vitest';

test('makes a connection for the file', ({ rtcPerFile, rtc: _rtc }) => {
  rtcPerFile.createPeerConnection('shared');
});

test('finds it open', ({ rtcPerFile, rtc }) => {
  expect(rtcPerFile).not.toHaveNoLiveHandles();
  expect(rtc).toHaveNoLiveHandles();
});

test('leaves a scope that only the end of the file can report', ({ rtcPerFile: _rtc }) => {
  RtcRuntime.acquire('app').createPeerConnection('alice');
});
