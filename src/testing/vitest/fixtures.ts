import { vi } from 'vitest';
import type { RtcScope } from '../../runtime/rtc-scope.js';
import { type LoopbackPair, loopbackPair } from '../loopback-pair.js';
import { type SignalingRelay, signalingRelay } from '../signaling-relay.js';
import type { TestScopeOptions } from '../kit-arguments.js';
import { OpenTestScope, type TestScope, testScope } from '../test-scope.js';

/** Settings of the fixtures. */
export type RtcFixtureOptions = Pick<TestScopeOptions, 'runtime' | 'teardownTimeout'>;

export interface RtcFixtures {
  rtcOptions: RtcFixtureOptions;
  /** A root scope for the test. Ended after it, and then the test fails when something was left. */
  rtc: RtcScope;
  /** Two connections of `rtc` with an open channel. */
  connectedPair: LoopbackPair;
  /** A WebSocket relay of `rtc` on a free port. */
  signalingServer: SignalingRelay;
  /** A root scope that all tests of the file share, ended after the last of them (vitest 3.2 or newer). */
  rtcPerFile: RtcScope;
  /** What `rtcPerFile` hands out; not for tests. */
  rtcOfFile: FileScope;
}

/** What a fixture gets of its test from vitest, as far as it is used here. */
interface FixtureContext {
  readonly task: { readonly name: string; readonly result?: { readonly state: string } | undefined };
  readonly onTestFinished: (listener: () => Promise<void>) => void;
}

type Use<T> = (value: T) => Promise<void>;

/** The scope of a file, and how its tests went. */
export interface FileScope {
  readonly test: TestScope;
  /** A test that used it has failed: its end has nothing to add. */
  failed: boolean;
}

/** For `test.extend(rtcFixtures)` where a suite has a `test` of its own. */
export const rtcFixtures = {
  rtcOptions: {} as RtcFixtureOptions,

  rtc: async (
    { task, onTestFinished, rtcOptions }: FixtureContext & Pick<RtcFixtures, 'rtcOptions'>,
    use: Use<RtcScope>,
  ): Promise<void> => {
    const test = new OpenTestScope({ ...rtcOptions, test: task.name }, { task });
    // Vitest calls this after all hooks and fixtures, also when another fixture threw at its end and ours was not ended; and after
    // what the test itself gives to `onTestFinished`, because that comes later. What a fixture throws, vitest reports twice.
    onTestFinished(() => {
      leaveFakeTimers();
      return test.end({ failed: hasFailed(task) });
    });
    await use(test.scope);
    leaveFakeTimers();
    await test.tearDown();
  },

  connectedPair: async ({ rtc }: Pick<RtcFixtures, 'rtc'>, use: Use<LoopbackPair>): Promise<void> => {
    await use(await loopbackPair(rtc));
  },

  signalingServer: async ({ rtc }: Pick<RtcFixtures, 'rtc'>, use: Use<SignalingRelay>): Promise<void> => {
    await use(signalingRelay(rtc));
  },

  rtcOfFile: fileScopeFixture({}),

  rtcPerFile: async (
    { task, rtcOfFile }: FixtureContext & Pick<RtcFixtures, 'rtcOfFile'>,
    use: Use<RtcScope>,
  ): Promise<void> => {
    await use(rtcOfFile.test.scope);
    if (hasFailed(task)) rtcOfFile.failed = true;
  },
};

type FileScopeFixture = [(none: object, use: Use<FileScope>) => Promise<void>, { scope: 'file' }];

/** The fixture `rtcOfFile`. A fixture of a file cannot ask for `rtcOptions`, which is one of a test. */
export function fileScopeFixture(options: RtcFixtureOptions): FileScopeFixture {
  return [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the names of the fixtures that are needed from here
    async ({}: object, use: Use<FileScope>): Promise<void> => {
      const test = testScope({ ...options, name: 'rtc-file', test: 'the tests of this file' });
      const shared = { test, failed: false };
      await use(shared);
      await test.end({ failed: shared.failed });
    },
    { scope: 'file' },
  ];
}

/** Timers that the test has faked, and left so, would stop the teardown for ever. */
function leaveFakeTimers(): void {
  if (vi.isFakeTimers()) vi.useRealTimers();
}

function hasFailed(task: FixtureContext['task']): boolean {
  return task.result?.state === 'fail';
}
