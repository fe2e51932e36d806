export { type FileScope, type RtcFixtureOptions, type RtcFixtures, rtcFixtures } from './fixtures.js';
export type { RtcMatchers } from './matcher-types.js';
export { rtcMatchers } from './matchers.js';
export { expect, rtcTest, test, test as it } from './test.js';
export type { ToBeClosedOptions } from './to-be-closed.js';
export type { ExpectedMessage } from './to-have-received.js';
