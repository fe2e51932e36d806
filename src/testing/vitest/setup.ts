import { afterEach, beforeEach } from 'vitest';
import { RtcRuntime } from '../../runtime/rtc-runtime.js';
import { LeakError } from '../leaks/leak.js';
import { TestWatch } from '../leaks/test-watch.js';

/**
 * For `setupFiles`: a test that leaves something open fails, whether it uses the fixtures or not. What was open before it
 * began, from `beforeAll` for instance, is none of its business.
 */
const watches = new WeakMap<object, TestWatch>();

beforeEach(({ task }) => {
  watches.set(task, new TestWatch(task.name, RtcRuntime.shared));
});

// The hooks of a setup file are the last to run after a test, so what a test ends in its own is ended by then.
afterEach(async ({ task }) => {
  const { leaks, tests } = (await watches.get(task)?.end('', task.result?.state === 'fail')) ?? {
    leaks: [],
    tests: [],
  };
  if (leaks.length > 0) throw new LeakError(leaks, tests.length > 0 ? tests : [task.name]);
});
