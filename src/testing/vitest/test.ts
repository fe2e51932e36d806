import { test as base, expect, type TestAPI } from 'vitest';
import { type RtcFixtures, rtcFixtures } from './fixtures.js';
import { rtcMatchers } from './matchers.js';

expect.extend(rtcMatchers);

/** vitest's `test` with the fixtures of this package. */
export const test: TestAPI<Omit<RtcFixtures, 'rtcOfFile'>> = base.extend<RtcFixtures>(rtcFixtures as never);

export { expect };
