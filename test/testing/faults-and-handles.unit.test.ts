import { RtcRuntime, type RtcScope } from 'scoped-rtc';
import { createFakeBinding, type FaultOptions, loopbackPair, ManualClock } from 'scoped-rtc/testing';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../support/event.js';
import { rejectionOf } from '../support/rejection.js';

/** An application on a binding in memory, with a clock that stands still. */
function start(faults: FaultOptions = {}) {
  const fake = createFakeBinding({ faults });
  const clock = new ManualClock();
  const runtime = new RtcRuntime({ native: fake, clock });
  const warnings: string[] = [];
  runtime.on('warning', ({ code }) => warnings.push(code));
  const rtc = runtime.scope('app');
  return { fake, clock, runtime, rtc, warnings };
}

type Started = ReturnType<typeof start>;

async function connected(faults?: FaultOptions): Promise<Started & Awaited<ReturnType<typeof loopbackPair>>> {
  const started = start(faults);
  return { ...started, ...(await started.clock.runUntil(loopbackPair(started.rtc))) };
}

/** Whatever went wrong: nothing is open, nothing is owed, and no timer goes on. */
async function expectGone({ fake, clock, rtc, runtime }: Started): Promise<void> {
  await clock.runUntil(rtc.disposeAsync());
  expect([fake.live, fake.violations, fake.aborts]).toEqual([[], [], []]);
  expect([runtime.state, fake.cleanups, clock.pending]).toEqual(['idle', 1, 0]);
}

const opening = (rtc: RtcScope) => rtc.createPeerConnection('alice').createDataChannel('chat').opened();

describe('an application sees', () => {
  it('a peer that does not connect as RTC_TIMEOUT, after as long as it waits', async () => {
    const started = start({ failToConnect: true });
    expect(await codeOf(started.clock.runUntil(opening(started.rtc)))).toBe('RTC_TIMEOUT');
    expect(started.clock.now()).toBe(30_000);
    expect(await codeOf(started.clock.runUntil(loopbackPair(started.rtc, { timeout: 500 })))).toBe(
      'RTC_TIMEOUT',
    );
    expect(started.clock.now()).toBe(30_500);
    await expectGone(started);
  });

  it('a failed ICE state at once, and nothing of the pair is left', async () => {
    const started = start({ iceFailed: true });
    await rejectionOf(started.clock.runUntil(loopbackPair(started.rtc)));
    expect(started.clock.now()).toBeLessThan(15_000);
    expect(started.runtime.snapshot().scopes[0]?.children).toEqual([]);
    await expectGone(started);
  });

  it('a close that is never acknowledged end within its bound', async () => {
    const started = await connected();
    started.fake.faults.neverAcknowledgeClose = true;
    const before = started.clock.now();
    await started.clock.runUntil(started.near.close());
    expect(started.near.state).toBe('closed');
    expect(started.clock.now() - before).toBeLessThanOrEqual(10_000);
    await expectGone(started);
  });

  it('a stream reset that is never confirmed end within the deadline', async () => {
    const started = await connected({ neverConfirmReset: true });
    const before = started.clock.now();
    await started.clock.runUntil(started.alice.close({ timeout: 2000 }));
    expect(started.clock.now() - before).toBeLessThanOrEqual(2000);
    await expectGone(started);
  });

  it('a close that throws as its error, and the rest is closed all the same', async () => {
    const started = await connected();
    started.fake.faults.throwInClose = ({ kind, name }) => kind === 'DataChannel' && name === 'chat';
    const error = await rejectionOf(started.clock.runUntil(started.near.close({ timeout: 0 })));
    expect(error).toMatchObject({ code: 'RTC_NATIVE', cause: { message: 'fake: closing failed' } });
    started.fake.faults.throwInClose = false;
    await expectGone(started);
  });

  it('a constructor that throws as RTC_NATIVE, and owns nothing', async () => {
    const started = start({ throwInCreate: true });
    expect(await codeOf(() => started.rtc.createPeerConnection('alice'))).toBe('RTC_NATIVE');
    expect(started.fake.live).toEqual([]);
    await expectGone(started);
  });

  it('a peer that closes in the middle of a call as an end by the remote', async () => {
    const started = await connected();
    started.fake.faults.closeDuring = ({ method }) => method === 'sendMessage';
    const sent = codeOf(started.clock.runUntil(started.near.send('x')));
    expect(await sent).toMatch(/^RTC_/);
    started.fake.faults.closeDuring = false;
    const { by } = await started.clock.runUntil(started.near.closed());
    expect(['remote', 'owner', 'error']).toContain(by);
    await expectGone(started);
  });

  it('one end when callbacks fire after the close', async () => {
    const started = await connected();
    const ends: unknown[] = [];
    const { near, far, alice, bob } = started;
    for (const channel of [near, far]) channel.on('close', () => ends.push(channel.path));
    for (const connection of [alice, bob]) connection.on('close', () => ends.push(connection.path));
    started.fake.faults.fireAfterClose = true;
    await started.clock.runUntil(near.close());
    await started.clock.settle();
    await expectGone(started);
    await started.clock.settle();
    expect(ends.sort()).toEqual(['app/alice', 'app/alice/chat', 'app/bob', 'app/bob/chat']);
  });

  it('a send buffer that never drains: send waits, a close is forced and counts what is lost', async () => {
    const started = await connected();
    started.fake.faults.block = true;
    const { near } = started;
    while (near.trySend(Buffer.alloc(100_000)));
    expect(await codeOf(started.clock.runUntil(near.send('one more', { timeout: 1000 })))).toBe(
      'RTC_TIMEOUT',
    );
    await started.clock.runUntil(near.close({ timeout: 1000 }));
    const { undelivered } = await started.clock.runUntil(near.closed());
    expect(undelivered).toBeGreaterThan(0);
    started.fake.faults.block = false;
    await expectGone(started);
  });

  it('a connection that the peer has closed, whose channels still seem open: nothing throws RTC_NATIVE', async () => {
    const started = await connected();
    const { near, alice, fake } = started;
    fake.faults.closeDuring = ({ method }) => method === 'rtt';
    void alice.rtt;
    fake.faults.closeDuring = undefined;
    expect([near.state, near.trySend('x')]).toEqual(['open', false]);
    expect(await codeOf(near.send('y'))).toBe('RTC_CLOSED');
    const { by, undelivered } = await started.clock.runUntil(near.closed());
    expect([by, undelivered]).toEqual(['owner', 0]);
    await expectGone(started);
  });

  it('memory that runs out on send as RTC_NATIVE, and can go on afterwards', async () => {
    const started = await connected();
    started.fake.faults.sendThrows = true;
    expect(await codeOf(started.near.send('x'))).toBe('RTC_NATIVE');
    started.fake.faults.sendThrows = false;
    await started.near.send('y');
    const { value } = await started.far[Symbol.asyncIterator]().next();
    expect(value).toBe('y');
    await expectGone(started);
  });

  it('a cleanup that throws as RTC_CLEANUP_FAILED', async () => {
    const started = start({ cleanupThrows: true });
    started.rtc.createPeerConnection('alice');
    expect(await codeOf(started.clock.runUntil(started.rtc.disposeAsync()))).toBe('RTC_CLEANUP_FAILED');
    expect(started.fake.cleanups).toBe(0);
  });

  it('a cleanup that hangs as a blocked event loop, and waits for it', async () => {
    const started = start({ cleanupBlocksMs: 30 });
    started.rtc.createPeerConnection('alice');
    const before = performance.now();
    await expectGone(started);
    expect(performance.now() - before).toBeGreaterThanOrEqual(30);
  });

  it('messages that come late, in their order', async () => {
    const started = await connected({ delay: { min: 20, max: 20 } });
    for (const text of ['a', 'b', 'c']) await started.near.send(text);
    const received: unknown[] = [];
    started.far.on('message', (message) => received.push(message));
    await started.clock.settle();
    expect(received).toEqual([]);
    for (let i = 0; i < 50 && received.length < 3; i++) await started.clock.settle();
    expect(received).toEqual(['a', 'b', 'c']);
    await expectGone(started);
  });
});
