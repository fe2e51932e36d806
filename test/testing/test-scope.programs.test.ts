import { fileURLToPath } from 'node:url';
import { RtcRuntime } from 'scoped-rtc';
import {
  assertNothingLeft,
  createFakeBinding,
  LeakError,
  testScope,
  withTestScope,
} from 'scoped-rtc/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';
import { rejectionOf } from '../support/rejection.js';

/** What the leaks of a rejection are. */
async function leaksOf(work: Promise<unknown>): Promise<string[]> {
  const error = await rejectionOf(work);
  if (!(error instanceof LeakError)) throw error;
  return error.leaks.map((leak) => leak.kind);
}

describe('a test scope without a runner', () => {
  // A leak that was reported is cleared away: nothing may reach the next test.
  afterEach(() => assertNothingLeft());

  it('hands its scope to the body and its result back, and ends the scope', async () => {
    const path = await withTestScope((rtc) => {
      rtc.createPeerConnection('alice').createDataChannel('chat');
      return rtc.path;
    });
    expect([path, RtcRuntime.shared.state]).toEqual(['rtc', 'idle']);
  });

  it('rejects when the body left something outside of its scope', async () => {
    const leaving = withTestScope(() => RtcRuntime.acquire('app').createPeerConnection('alice'), {
      test: 'the leaving one',
    });
    const error = await rejectionOf(leaving);
    expect(error).toBeInstanceOf(LeakError);
    expect((error as LeakError).message).toContain('something was left open after "the leaving one"');
    expect((error as LeakError).message).toContain(
      'app/alice was made at test/testing/test-scope.programs.test.ts:',
    );
  });

  it('lets the error of the body win, and says nothing of what it left', async () => {
    const failing = withTestScope(() => {
      RtcRuntime.acquire('app').createPeerConnection('alice');
      throw new Error('mine');
    });
    await expect(failing).rejects.toThrow('mine');
  });

  it('rejects when ending fails, with what failed as the cause', async () => {
    const cause = new Error('the disk is full');
    const failing = withTestScope((rtc) =>
      rtc.defer(() => {
        throw cause;
      }),
    );
    const error = (await rejectionOf(failing)) as LeakError;
    expect(error.leaks.map(({ kind }) => kind)).toEqual(['teardown-failed']);
    expect(error.cause).toBe(cause);
  });

  it('ends once: whoever ends it again shares the first end', async () => {
    const test = testScope();
    test.scope.defer(() => Promise.reject(new Error('no')));
    const first = test.end();
    expect(test.end({ failed: true })).toBe(first);
    expect(await leaksOf(first)).toEqual(['teardown-failed']);
  });

  it('gives tests that run at once names of their own', async () => {
    await using one = testScope({ name: 'test' });
    await using other = testScope({ name: 'test' });
    expect([one.scope.path, other.scope.path]).toEqual(['test', 'test-2']);
  });

  it('reports at the end of a suite what is open or held', async () => {
    const native = createFakeBinding({ faults: { throwInClose: true } });
    const runtime = new RtcRuntime({ native, cleanup: 'manual' });
    const scope = runtime.scope('app');
    scope.createPeerConnection('alice');
    expect(await leaksOf(assertNothingLeft(runtime))).toEqual(['scope']);
    await scope.disposeAsync().catch(() => {});
    expect(await leaksOf(assertNothingLeft(runtime))).toEqual(['natives']);
    native.faults.throwInClose = false;
    await runtime.shutdown();
    await assertNothingLeft(runtime);
  });
});

it('works with node:test, whose process exits by itself', async () => {
  const program = fileURLToPath(new URL('../../examples/testing/node-test.ts', import.meta.url));
  const ended = await runChild(
    process.execPath,
    ['--import', 'tsx', '--test-reporter=tap', '--test', program],
    { environment: { NODE_TEST_CONTEXT: undefined } },
  );
  expect(ended.stdout).toContain('# pass 3\n# fail 0\n');
  expect(ended).toMatchObject({ code: 0, signal: null });
});
