import { readFileSync } from 'node:fs';
import { RtcRuntime } from 'scoped-rtc';
import { beforeAll, describe, expect, it } from 'vitest';
import { GUIDE, samplesIn, steady, withSamples } from './sample-docs.js';
import { runSamples, type SampleResult } from './sample-results.js';

/** A sample with one test and what is reported, line by line and whole. */
const LEAKS: readonly [sample: string, test: string, message: readonly string[]][] = [
  [
    'scope-left',
    'leaves a root scope',
    [
      'LeakError: something was left open after "leaves a root scope"',
      '',
      'the root scope "app", acquired at test/testing/sample/scope-left.sample.ts:5:26, is still open',
      '    app  scope  live',
      '    └─ alice  PeerConnection  opening, N s',
      '       └─ chat  DataChannel  opening, N s',
      '  app/alice was made at test/testing/sample/scope-left.sample.ts:6:7',
      '  app/alice/chat was made at test/testing/sample/scope-left.sample.ts:6:37',
      '  End it before the test ends: declare it with `await using`, or call `await scope.disposeAsync()`. Or give the',
      '  code under test a branch of the scope that the test has: `rtc.fork()`.',
    ],
  ],
  [
    'sockets',
    'leaves a server and its clients',
    [
      'LeakError: something was left open after "leaves a server and its clients"',
      '',
      'the root scope "app", acquired at test/testing/sample/sockets.sample.ts:6:26, is still open',
      '    app  scope  live',
      '    ├─ signaling  WebSocketServer  open, N s',
      '    │  └─ socket-1  WebSocket  open, N s',
      '    └─ client  WebSocket  open, N s',
      '  app/signaling was made at test/testing/sample/sockets.sample.ts:7:27',
      '  app/client was made at test/testing/sample/sockets.sample.ts:9:13',
      '  End it before the test ends: declare it with `await using`, or call `await scope.disposeAsync()`. Or give the',
      '  code under test a branch of the scope that the test has: `rtc.fork()`.',
    ],
  ],
  [
    'moved',
    'moves its scope away',
    [
      'LeakError: something was left open after "moves its scope away"',
      '',
      'the scope "rtc" was moved out of the test\'s own scope, and nobody ended it',
      '    rtc  scope  live',
      '    └─ alice  PeerConnection  opening, N s',
      '  rtc/alice was made at test/testing/sample/moved.sample.ts:4:7',
      '  Whoever calls `move()` owns the result: end it with `await using` or `await moved.disposeAsync()` before the',
      '  test ends.',
    ],
  ],
  [
    'other-runtime',
    'leaves a handle in a runtime of its own',
    [
      'LeakError: something was left open after "leaves a handle in a runtime of its own"',
      '',
      'PeerConnection "own/alice" is still open, in a runtime of its own; it was made at test/testing/sample/other-runtime.sample.ts:5:33',
      '  End the scope "own" that owns it before the test ends (`await using`, or',
      '  `await scope.disposeAsync()`), or give the code under test the scope `rtc` to work in.',
    ],
  ],
  [
    'natives',
    'ends its scope although a close fails',
    [
      'LeakError: something was left open after "ends its scope although a close fails"',
      '',
      '1 native object is still held, and no scope owns it',
      "  Closing failed, see the warnings RTC_CLOSE_FAILED. With cleanup: 'manual', call `await runtime.shutdown()`.",
    ],
  ],
  [
    'teardown-forced',
    'has a disposer that never ends',
    [
      'LeakError: the teardown did not go well after "has a disposer that never ends"',
      '',
      'ending the scope "rtc" was forced, its deadline was 100 ms',
      '  > rtc/defer  entry  forced after N ms',
      '  > rtc/alice  PeerConnection  forced after N ms',
      '    rtc/cleanup  cleanup  closed after N ms',
      '    rtc  scope  closed after N ms',
      '  What is marked did not end by itself: a disposer that waits for something that never comes, or a close',
      '  that the library did not acknowledge. Let it end, or give it more time with the option `teardownTimeout`.',
    ],
  ],
];

const ADVICE = [
  '  A disposer of a test must not throw: mend what is marked above. If the test is about that failure, put it',
  '  into a scope of its own (`rtc.fork()`) and expect the rejection of its `disposeAsync()`.',
];

const OTHERS = [
  ...['clean', 'threads', 'teardown-fails', 'failed-already', 'at-once', 'per-file'],
  ...['at-once-failed', 'watched', 'watched-clean', 'five-hundred'],
];

/** Only Linux names the threads of a process. */
const THREADS_SEEN = RtcRuntime.shared.threads().supported;

const LIMIT_MS = 300_000;

describe('a suite that uses the kit, in a vitest of its own', () => {
  let results: ReadonlyMap<string, SampleResult>;

  /** How the test went: its state, then the lines of its errors. */
  function reported(sample: string, name: string): string[] {
    const test = results.get(sample)?.tests.find((found) => found.test === name);
    return [
      test?.state ?? 'never ran',
      ...(test?.errors ?? []).flatMap((error) => steady(error).split('\n')),
    ];
  }

  beforeAll(async () => {
    results = await runSamples([...LEAKS.map(([sample]) => sample), ...OTHERS]);
  }, LIMIT_MS);

  it('passes when nothing is left, and the file too', () => {
    const { tests, ok, errors } = results.get('clean')!;
    expect(tests.filter(({ state }) => state !== 'passed')).toEqual([]);
    expect([tests.length, ok, errors]).toEqual([13, true, []]);
  });

  it.each(LEAKS)('%s: fails the test that %s', (sample, name, message) => {
    expect(reported(sample, name)).toEqual(['failed', ...message]);
    expect(results.get(sample)?.ok).toBe(false);
    expect(results.get(sample)?.errors).toEqual([]);
  });

  it('does not blame the test that comes after a leak', () => {
    expect(reported('scope-left', 'comes after it and is not blamed')).toEqual(['passed']);
  });

  it('fails when a disposer throws, or the library does not clean up', () => {
    expect(reported('teardown-fails', 'has a disposer that throws')).toEqual([
      'failed',
      'LeakError: the teardown did not go well after "has a disposer that throws"',
      '',
      'ending the scope "rtc" failed: Error: the database is gone',
      '  > rtc/defer  entry  failed after N ms',
      '    rtc/alice  PeerConnection  closed after N ms',
      '    rtc/cleanup  cleanup  closed after N ms',
      '    rtc  scope  closed after N ms',
      ...ADVICE,
    ]);
    const [state, , , failed, ...steps] = reported('teardown-fails', 'has a library that does not clean up');
    expect(state).toBe('failed');
    expect(failed).toMatch(
      /^ending the scope "rtc" failed: RtcNativeError: the library did not finish its cleanup/,
    );
    expect(steps).toContain('  > rtc/cleanup  cleanup  failed after N ms');
  });

  it.runIf(THREADS_SEEN)('fails when threads of the library are left', () => {
    const test = 'makes something with the binding itself';
    expect(reported('threads', test)).toEqual([
      'failed',
      'LeakError: something was left open after "makes something with the binding itself"',
      '',
      'N threads of the library are still there',
      '  Nothing that this package made needs them, so something was made with node-datachannel itself. Close it,',
      '  then call the `cleanup()` of node-datachannel; or hand it to a scope, which does both.',
    ]);
    expect(results.get('threads')?.tests[0]?.errors[0]).toMatch(/\n[4-9]\d* threads .*: \d+ × RTC worker/);
  });

  it('says nothing more of a test that failed already', () => {
    expect(reported('failed-already', 'fails by itself, and leaves everything open')).toEqual([
      'failed',
      'Error: the error to tell',
    ]);
    expect(results.get('failed-already')?.errors).toEqual([]);
  });

  it('names all the tests that ran at the same time', () => {
    const { tests, ok } = results.get('at-once')!;
    expect(ok).toBe(false);
    const failed = tests.filter(({ state }) => state === 'failed');
    expect(failed.map(({ test }) => test)).toEqual(['runs longer and is innocent']);
    const message = failed[0]!.errors.join('\n');
    expect(message).toContain(
      'LeakError: something was left open after one of these tests, which ran at the same time: ' +
        '"runs longer and is innocent", "leaves a scope while another runs"\n',
    );
    expect(message).toContain('app/alice was made at test/testing/sample/at-once.sample.ts:9:29');
  });

  it('names a test that failed, too, if it ran at the same time', () => {
    expect(reported('at-once-failed', 'fails and leaves a scope')).toEqual(['failed', 'Error: of the test']);
    expect(reported('at-once-failed', 'runs longer and is innocent').slice(0, 2)).toEqual([
      'failed',
      'LeakError: something was left open after one of these tests, which ran at the same time: ' +
        '"runs longer and is innocent", "fails and leaves a scope"',
    ]);
  });

  it('watches tests without the fixture, with one line of setup', () => {
    const watched = results.get('watched')!;
    expect(watched.tests.map(({ test, state }) => [test, state])).toEqual([
      ['leaves an empty scope', 'failed'],
      ['ends its scope in a hook', 'passed'],
      ['uses the fixture', 'passed'],
      ['uses the fixture and leaves a scope', 'failed'],
      ['leaves a handle in another runtime, whose root has the name of one that stays', 'failed'],
      ['has failed already', 'failed'],
      ['ends what is of the file', 'passed'],
    ]);
    expect(watched.tests[0]!.errors[0]).toContain(
      'LeakError: something was left open after "leaves an empty scope"\n\n' +
        'the root scope "app", acquired at test/testing/sample/watched.sample.ts:16:14, is still open',
    );
    expect(watched.tests[3]!.errors.map((error) => error.split('\n', 1)[0])).toEqual([
      'LeakError: something was left open after "uses the fixture and leaves a scope"',
    ]);
    expect(watched.tests[4]!.errors[0]).toContain('PeerConnection "file/alice" is still open, in a runtime');
    expect(watched.tests[5]!.errors).toEqual(['Error: of the test']);
    expect(watched.errors).toEqual([]);
  });

  it('waits for everything that a watched test may clean up with', () => {
    const { tests, ok, errors } = results.get('watched-clean')!;
    expect(tests.filter(({ state }) => state !== 'passed')).toEqual([]);
    expect([tests.length, ok, errors]).toEqual([4, true, []]);
  });

  it('reports a scope that the file shares when the file ends', () => {
    const { tests, ok, errors } = results.get('per-file')!;
    expect([tests.map(({ state }) => state), ok]).toEqual([['passed', 'passed', 'passed'], false]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('something was left open after "the tests of this file"\n');
    expect(errors[0]).toContain('app/alice was made at test/testing/sample/per-file.sample.ts:14:29');
  });

  it.runIf(THREADS_SEEN)('is shown in the guide as it is', () => {
    const guide = readFileSync(GUIDE, 'utf8');
    expect(samplesIn(guide).length).toBeGreaterThanOrEqual(8);
    expect(steady(guide)).toBe(steady(withSamples(guide, results)));
  });

  it('leaves no thread after 500 tests in one file, and cleans up after each', () => {
    const { tests, ok, errors } = results.get('five-hundred')!;
    expect(tests.filter(({ state }) => state !== 'passed')).toEqual([]);
    expect([tests.length, ok, errors]).toEqual([500, true, []]);
  });
});
