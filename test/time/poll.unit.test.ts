import { ManualClock } from 'scoped-rtc/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { poll } from '../../src/time/wait.js';
import { nextTurn } from '../../src/time/clock.js';
import { Deadline } from '../../src/time/deadline.js';

const LONG = { timeout: 60_000 };
const COUNT = 2000;

describe('poll()', () => {
  it.each(['on an idle machine', 'where each look takes a whole slice of the turn'])(
    'asks at once, in the next turn, then after 1, 1, 2, 2, 4 … 16 ms %s',
    async (where) => {
      onTestFinished(() => void vi.restoreAllMocks());
      let time = 0;
      if (where !== 'on an idle machine')
        vi.spyOn(performance, 'now').mockImplementation(() => (time += 100));
      const clock = new ManualClock();
      using deadline = new Deadline(clock, LONG);
      const asked: number[] = [];
      let holds = false;
      const polling = poll(() => {
        asked.push(clock.now());
        return holds;
      }, deadline);
      await nextTurn();
      await nextTurn();
      for (let ms = 0; ms < 100; ms++) clock.advance(1);
      expect(asked.map((at) => at - (asked[0] ?? 0))).toEqual([
        0, 0, 1, 2, 4, 6, 10, 14, 22, 30, 46, 62, 78, 94,
      ]);
      holds = true;
      clock.advance(16);
      expect(await polling).toBe(true);
    },
  );

  it('ends with the limit, with the deadline, and when that is forced, and asks no more', async () => {
    const clock = new ManualClock();
    using limited = new Deadline(clock, LONG);
    using short = new Deadline(clock, { timeout: 5 });
    using forced = new Deadline(clock, LONG);
    let asked = 0;
    const never = () => ++asked < 0;
    const waits = [poll(never, limited, 10), poll(never, short), poll(never, forced)];
    await nextTurn();
    await nextTurn();
    forced.force();
    clock.advance(5);
    clock.advance(5);
    expect(await Promise.all(waits)).toEqual([false, false, false]);
    const before = asked;
    clock.advance(1000);
    expect(asked).toBe(before);
  });

  it('rejects with what the condition throws, and the others go on', async () => {
    const clock = new ManualClock();
    using deadline = new Deadline(clock, LONG);
    let asked = 0;
    const failing = poll(() => {
      if (++asked > 2) throw new Error('broken');
      return false;
    }, deadline);
    let holds = false;
    const other = poll(() => holds, deadline);
    await nextTurn();
    await nextTurn();
    const rejected = expect(failing).rejects.toThrow('broken');
    clock.advance(1);
    await rejected;
    holds = true;
    clock.advance(16);
    expect(await other).toBe(true);
  });

  it('checks no more of thousands of slow conditions at a time than fit in a slice of the turn', async () => {
    onTestFinished(() => void vi.restoreAllMocks());
    let time = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => time);
    const clock = new ManualClock();
    using deadline = new Deadline(clock, LONG);
    let checked = 0;
    let holds = false;
    const slow = () => {
      time += 0.1;
      checked++;
      return holds;
    };
    const waits = Array.from({ length: COUNT }, () => poll(slow, deadline));
    await nextTurn();
    await nextTurn();
    const most: number[] = [];
    for (let ms = 0; ms < 200; ms++) {
      checked = 0;
      clock.advance(1);
      most.push(checked);
    }
    expect(Math.min(...most)).toBeGreaterThan(0);
    expect(Math.max(...most)).toBeLessThanOrEqual(81); // 8 ms, and the one in which they end
    holds = true;
    expect(await clock.runUntil(Promise.all(waits))).toEqual(waits.map(() => true));
  });
});
