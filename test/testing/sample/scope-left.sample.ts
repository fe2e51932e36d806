import { RtcRuntime } from 'scoped-rtc';
import { expect, test } from 'scoped-rtc/vitest';

test('leaves a root scope', ({ rtc: _rtc }) => {
  const app = RtcRuntime.acquire('app');
  app.createPeerConnection('alice').createDataChannel('chat');
});

test('comes after it and is not blamed', ({ rtc: _rtc }) => {
  expect(RtcRuntime.shared.snapshot().scopes.map((scope) => scope.path)).toEqual(['rtc']);
});
