import { RtcRuntime, type TeardownReport } from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { rejectionOf, thrownBy } from '../support/rejection.js';

test('the name of an entry is in the tree, in the report and in its error', async () => {
  const runtime = new RtcRuntime({ native: createFakeBinding() });
  const reports: TeardownReport[] = [];
  runtime.on('teardown', (report) => reports.push(report));
  const root = runtime.scope('app', { timeout: 20 });
  const value = { [Symbol.dispose]: () => {} };
  expect(root.use(value, 'database')).toBe(value);
  expect(root.adopt(7, () => new Promise(() => {}), 'lock')).toBe(7);
  root.defer(() => {}, 'timer');
  root.defer(() => {}, 'timer');
  root.defer(() => {});
  expect(runtime.inspect()).toContain('database  entry');
  expect(await rejectionOf(root.disposeAsync())).toMatchObject({ code: 'RTC_TIMEOUT', path: 'app/lock' });
  expect(reports[0]?.map(({ path }) => path)).toEqual([
    'app/defer',
    'app/timer#2',
    'app/timer',
    'app/lock',
    'app/database',
    'app',
  ]);
});

test('a name that is none is refused, and nothing was added', async () => {
  const root = new RtcRuntime({ native: createFakeBinding() }).scope('app');
  let ran = false;
  const run = () => (ran = true);
  expect(thrownBy(() => root.use({ [Symbol.dispose]: run }, 0 as never))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => root.adopt(1, run, ''))).toBeInstanceOf(RangeError);
  expect(thrownBy(() => root.defer(run, null as never))).toBeInstanceOf(TypeError);
  await root.disposeAsync();
  expect(ran).toBe(false);
});
