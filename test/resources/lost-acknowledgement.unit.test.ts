import { RtcRuntime, type TeardownReport } from 'scoped-rtc';
import { createFakeBinding, loopbackPair, ManualClock } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';

it('a channel whose close callback is taken away while the library calls it has closed, and at once', async () => {
  const fake = createFakeBinding();
  const clock = new ManualClock();
  const runtime = new RtcRuntime({ native: fake, clock });
  const reports: TeardownReport[] = [];
  runtime.on('teardown', (report) => reports.push(report));
  const rtc = runtime.scope('app');
  const { near } = await clock.runUntil(loopbackPair(rtc));
  // That of the end which closes first is called. The library ends the other one, in the middle of the close of our own.
  let first: number | undefined;
  fake.faults.neverAcknowledgeClose = ({ kind, name, id }) =>
    kind === 'DataChannel' && name === 'chat' && id !== (first ??= id);
  const before = clock.now();
  await clock.runUntil(rtc.disposeAsync());
  const step = reports[0]?.find(({ path }) => path === near.path);
  expect(step?.outcome).toBe('closed');
  expect(clock.now() - before).toBeLessThan(100);
  expect([fake.live, fake.violations, clock.pending, fake.cleanups]).toEqual([[], [], 0, 1]);
});
