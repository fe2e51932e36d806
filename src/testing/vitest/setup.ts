import { beforeEach } from 'vitest';
import { RtcRuntime } from '../../runtime/rtc-runtime.js';
import { LeakError } from '../leaks/leak.js';
import { TestWatch } from '../leaks/test-watch.js';

/**
 * For `setupFiles`: a test that leaves something open fails, whether it uses the fixtures or not. What was open before it
 * began, from `beforeAll` for instance, is none of its business.
 */
beforeEach(({ task, onTestFinished }) => {
  const watch = new TestWatch(task.name, RtcRuntime.shared, { task });
  // Vitest calls what is registered here after all hooks and fixtures, the latest first. So whatever the test cleans up with has
  // run before this, which is the first to be registered.
  onTestFinished(async () => {
    const { leaks, tests } = await watch.end('', task.result?.state === 'fail');
    if (leaks.length > 0) throw new LeakError(leaks, tests);
  });
});
