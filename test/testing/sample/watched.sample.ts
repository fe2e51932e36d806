import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { test as fixtureTest } from 'scoped-rtc/vitest';
import { afterEach, beforeAll, test } from 'vitest';

let ofTheFile: AsyncDisposable;
beforeAll(() => {
  ofTheFile = RtcRuntime.acquire('file');
});
const ending: AsyncDisposable[] = [];
afterEach(async () => {
  for (const scope of ending.splice(0)) await scope[Symbol.asyncDispose]();
});

test('leaves an empty scope', () => {
  RtcRuntime.acquire('app');
});
test('ends its scope in a hook', () => {
  const rtc = RtcRuntime.acquire('app');
  ending.push(rtc);
  rtc.createPeerConnection('alice');
});
fixtureTest('uses the fixture', ({ rtc }) => {
  rtc.createPeerConnection('alice');
});
fixtureTest('uses the fixture and leaves a scope', ({ rtc: _rtc }) => {
  RtcRuntime.acquire('left');
});
test('leaves a handle in another runtime, whose root has the name of one that stays', () => {
  new RtcRuntime({ native: createFakeBinding() }).scope('file').createPeerConnection('alice');
});
test('has failed already', () => {
  RtcRuntime.acquire('other');
  throw new Error('of the test');
});
test('ends what is of the file', async () => {
  await ofTheFile[Symbol.asyncDispose]();
});
