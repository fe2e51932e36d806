import { test as base, expect, type TestAPI } from 'vitest';
import { readOptions } from '../../arguments/argument.js';
import { checkTimeout } from '../../time/deadline.js';
import { runtimeArgument } from '../kit-arguments.js';
import { type RtcFixtureOptions, type RtcFixtures, fileScopeFixture, rtcFixtures } from './fixtures.js';
import { rtcMatchers } from './matchers.js';
import { recordTeardowns } from '../teardown-records.js';

expect.extend(rtcMatchers);
recordTeardowns();

/** vitest's `test` with the fixtures of this package. */
export const test: TestAPI<Omit<RtcFixtures, 'rtcOfFile'>> = base.extend<RtcFixtures>(rtcFixtures);

/** `test` with other settings: `const test = rtcTest({ teardownTimeout: 500 })`. */
export function rtcTest(options: RtcFixtureOptions): typeof test {
  const rtcOptions = readOptions<RtcFixtureOptions>(options, 'options', {
    runtime: runtimeArgument,
    teardownTimeout: checkTimeout,
  });
  // All fixtures anew: in vitest 3 those that are there already do not see one that is replaced.
  return base.extend<RtcFixtures>({
    ...rtcFixtures,
    rtcOptions,
    rtcOfFile: fileScopeFixture(rtcOptions),
  });
}

export { expect };
