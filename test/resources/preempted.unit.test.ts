import { RtcRuntime } from 'scoped-rtc';
import { createFakeBinding, ManualClock } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';
import { processScheduler } from '../../src/testing/fake/fake-scheduler.js';

/** Calls of natives that a socket makes until long after it has opened. */
const CALLS = 60;

/** A library whose threads do all that they have to do just before the call with this number, and go on as usual then. */
function preemptedAt(call: number) {
  const waiting: (() => void)[] = [];
  let calls = 0;
  let thread = (run: () => void): void => {
    waiting.push(run);
  };
  return createFakeBinding({
    scheduler: {
      ...processScheduler,
      thread: (run) => thread(run),
      preempt: () => {
        if (++calls !== call) return;
        for (let run = waiting.shift(); run; run = waiting.shift()) run();
        thread = processScheduler.thread;
      },
    },
  });
}

it('a socket opens whatever call of ours the library opens it before', async () => {
  for (let call = 1; call <= CALLS; call++) {
    const clock = new ManualClock();
    const fake = preemptedAt(call);
    const rtc = new RtcRuntime({ native: fake, clock }).scope('app');
    const server = rtc.createWebSocketServer({ port: 0, protocols: false });
    const socket = rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`);
    await clock.runUntil(socket.opened());
    clock.advance(1000);
    await clock.settle();
    expect(socket.state, `before call ${call}`).toBe('open');
    await clock.runUntil(rtc.disposeAsync());
    expect(fake.violations).toEqual([]);
  }
});
