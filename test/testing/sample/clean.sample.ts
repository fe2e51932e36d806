import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, rtcTest, test } from 'scoped-rtc/vitest';
import { onTestFinished, vi } from 'vitest';

test('what is made in the scope of the test is no leak', ({ rtc }) => {
  rtc.createPeerConnection('alice').createDataChannel('chat');
});

test('a scope of its own, ended', async ({ rtc: _rtc }) => {
  await using app = RtcRuntime.acquire('app');
  app.createPeerConnection('alice');
});

test('a scope of its own, whose end nobody waited for', ({ rtc: _rtc }) => {
  const app = RtcRuntime.acquire('app');
  app.createPeerConnection('alice');
  void app.disposeAsync();
});

test('a scope of its own, ended when the test has finished', ({ rtc: _rtc }) => {
  const app = RtcRuntime.acquire('app');
  app.createPeerConnection('alice');
  onTestFinished(() => app.disposeAsync());
});

test('a scope that was moved, and ended', async ({ rtc }) => {
  rtc.createPeerConnection('alice');
  await using moved = rtc.move();
  expect(moved).not.toHaveNoLiveHandles();
});

test('another runtime, ended', async ({ rtc: _rtc }) => {
  await using own = new RtcRuntime().scope('own');
  own.createPeerConnection('alice');
});

test('a teardown that fails where the test expects it', async ({ rtc }) => {
  const part = rtc.fork('part');
  part.defer(() => {
    throw new Error('expected');
  });
  await expect(part.disposeAsync()).rejects.toThrow('expected');
});

test('messages that nobody read', async ({ connectedPair: { near, far } }) => {
  await near.send('unread');
  await far.send('unread');
});

test('fake timers that were left on', async ({ connectedPair: { near, far } }) => {
  await near.send('before');
  vi.useFakeTimers();
  await expect(far).toHaveReceived('before');
});

test('a socket and its server', async ({ rtc, signalingServer }) => {
  const one = rtc.createWebSocket(signalingServer.room('a room'));
  const other = rtc.createWebSocket(signalingServer.room('a room'));
  await one.send('hello');
  await expect(other).toHaveReceived('hello');
  await one.close();
  await expect(other).toBeClosed({ by: 'remote' });
});

const runtime = new RtcRuntime({ native: createFakeBinding() });

rtcTest({ runtime, teardownTimeout: 1234 })(
  'a scope of the file with other settings',
  ({ rtcPerFile, rtc }) => {
    const { scopes } = runtime.snapshot();
    expect(scopes.map(({ path }) => path).sort()).toEqual([rtc.path, rtcPerFile.path]);
    expect(rtcPerFile.teardownTimeout).toBe(1234);
  },
);

test.concurrent('one of two at once', async ({ connectedPair: { near, far } }) => {
  await near.send('one');
  await expect(far).toHaveReceived('one');
});

test.concurrent('the other of two at once', async ({ rtc, connectedPair: { near, far } }) => {
  await near.send('other');
  await expect(far).toHaveReceived('other');
  expect(near.path.startsWith(`${rtc.path}/`)).toBe(true);
});
