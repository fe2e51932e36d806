export { type FileScope, type RtcFixtureOptions, type RtcFixtures, rtcFixtures } from './fixtures.js';
export { type ExpectedMessage, type RtcMatchers, rtcMatchers, type ToBeClosedOptions } from './matchers.js';
export { expect, rtcTest, test, test as it } from './test.js';
