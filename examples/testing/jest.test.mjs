/**
 * Tests of an application with jest: each test has a scope, and fails when something of it is left.
 *
 *     npm install --save-dev jest
 *     NODE_OPTIONS=--experimental-vm-modules npx jest
 *
 * The package is ESM, which jest takes with that flag. Its workers are processes unless `workerThreads` is set: leave
 * it so, the native addon works in one thread only. In jest.config.json: `{ "transform": {}, "testMatch":
 * ["**\/*.test.mjs"] }`.
 */
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { RtcRuntime } from 'scoped-rtc';
import { assertNothingLeft, loopbackPair, testScope } from 'scoped-rtc/testing';

let open;

beforeEach(() => {
  open = testScope({ test: expect.getState().currentTestName });
});
afterEach(() => open.end());
afterAll(() => assertNothingLeft());

test('a message arrives', async () => {
  const { near, far } = await loopbackPair(open.scope);
  await near.send('hello');
  expect(await far.nextMessage()).toBe('hello');
});

test('the other side is notified of the end', async () => {
  const { near, far } = await loopbackPair(open.scope);
  await far.close();
  expect(await near.closed()).toMatchObject({ by: 'remote' });
});

test('every test starts with a library of its own', () => {
  expect(RtcRuntime.shared.cleanups).toBeGreaterThanOrEqual(2);
  expect(RtcRuntime.shared.snapshot().natives.held).toBe(0);
});
