import { ManualClock } from 'scoped-rtc/testing';
import { expect, it } from 'vitest';
import { rejectionOf } from '../support/rejection.js';

it('never goes back, also where a timer moves the clock itself', () => {
  const clock = new ManualClock();
  clock.after(10, () => clock.advance(100));
  clock.advance(20);
  expect(clock.now()).toBe(110);
});

it('has no timer that is due at no time', () => {
  const clock = new ManualClock();
  const cancel = clock.after(Number.POSITIVE_INFINITY, () => {});
  expect([clock.advanceToNext(), clock.now(), clock.pending]).toEqual([false, 0, 0]);
  cancel();
});

it('rejects where a timer of 0 ms sets itself anew for ever', async () => {
  const clock = new ManualClock();
  let isOver = false;
  const tick = () => {
    if (!isOver) clock.after(0, tick);
  };
  tick();
  const error = await rejectionOf(clock.runUntil(new Promise(() => {})));
  isOver = true;
  expect(String(error)).toBe('Error: it hangs: timers fire one after the other, and no time passes');
});
