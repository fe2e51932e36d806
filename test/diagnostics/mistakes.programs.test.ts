import { describe, expect, it } from 'vitest';
import { type ChildEnd, type Line, runChild } from '../support/child.js';

const program = new URL('./programs/mistakes.ts', import.meta.url);

async function make(
  mistake: string,
  environment: Record<string, string> = {},
): Promise<ChildEnd & { warning(code: string): Line | undefined }> {
  const ended = await runChild(program, [mistake], {
    environment: { SCOPED_RTC_TRACE: '', ...environment },
  });
  return { ...ended, warning: (code) => ended.lines.find((line) => line.code === code) };
}

const TRACED = { SCOPED_RTC_TRACE: '1' };
const HERE = /made at test\/diagnostics\/programs\/mistakes\.ts:\d+:\d+/;

describe('something was not closed', () => {
  it('is reported at exit: what, and which call ends it', async () => {
    const { code, stderr, warning } = await make('openAtExit');
    expect(code).toBe(0);
    expect(warning('RTC_OPEN_AT_EXIT')).toMatchObject({
      path: 'app/alice',
      text: expect.stringMatching(
        /PeerConnection app\/alice.*app, acquired at test\/diagnostics\/programs\/mistakes\.ts:\d+:\d+\).*await using.*SCOPED_RTC_TRACE=1/s,
      ),
    });
    // `process.emitWarning` would not reach a listener any more.
    expect(stderr).toContain('[RTC_OPEN_AT_EXIT] ScopedRtcWarning: the process ended while PeerConnection');
  });

  it('is reported with the place when traced', async () => {
    const { warning } = await make('openAtExit', TRACED);
    expect(warning('RTC_OPEN_AT_EXIT')?.text).toMatch(HERE);
    expect(warning('RTC_OPEN_AT_EXIT')?.text).not.toContain('SCOPED_RTC_TRACE');
  });

  it('is reported for a root scope with nothing in it, too, but not of one that has been ended', async () => {
    const { lines, warning } = await make('emptyAtExit');
    expect(warning('RTC_OPEN_AT_EXIT')).toMatchObject({
      path: 'left',
      text: expect.stringMatching(
        /the scope left, acquired at test\/diagnostics\/programs\/mistakes\.ts:\d+:\d+ had not been ended\./,
      ),
    });
    expect(lines).toContainEqual({ open: ['left'] });
  });

  it('is not written where somebody listens', async () => {
    const { lines, stderr, warning } = await make('openAtExitWithListener');
    expect(lines).toContainEqual({ open: ['app/alice'] });
    expect(warning('RTC_OPEN_AT_EXIT')).toBeDefined();
    expect(stderr).toBe('');
  });

  it('is not written where an uncaught error is what the end is about', async () => {
    const { code, stderr, warning } = await make('openAtUncaught');
    expect(code).toBe(1);
    expect(warning('RTC_OPEN_AT_EXIT')).toBeDefined();
    expect(stderr).toContain('the story');
    expect(stderr).not.toContain('RTC_OPEN_AT_EXIT');
  });
});

describe('a cleanup with something alive', () => {
  it('of other code: names what it ended, and where that was made', async () => {
    const { warning } = await make('foreignCleanup', TRACED);
    expect(warning('RTC_FOREIGN_CLEANUP')?.text).toMatch(HERE);
    expect(warning('RTC_FOREIGN_CLEANUP')?.text).toMatch(/app\/alice.*cleanup: 'manual'/);
  });

  it('of our own: closes what it would have met, before it', async () => {
    const { code, lines, warning } = await make('cleanupWithOpen', TRACED);
    expect(code).toBe(0);
    expect(warning('RTC_CLEANUP_WITH_OPEN')).toMatchObject({
      path: 'app/alice',
      text: expect.stringMatching(/PeerConnection app\/alice.*await handle\.close\(\)/),
    });
    expect(warning('RTC_CLEANUP_WITH_OPEN')?.text).toMatch(HERE);
    expect(lines).toContainEqual({ cleanups: 1, violations: 0 });
  });
});

it('a refused cycle names its members and where they were made', async () => {
  const { lines, stderr, warning } = await make('cycle', TRACED);
  expect(lines).toContainEqual({ refused: 'RTC_INVALID_STATE' });
  expect(warning('RTC_DEPENDENCY_CYCLE')).toMatchObject({
    path: 'app/bob',
    text: expect.stringMatching(/PeerConnection app\/bob .*PeerConnection app\/alice .*dependsOn\(\)/),
  });
  expect(warning('RTC_DEPENDENCY_CYCLE')?.text).toMatch(HERE);
  expect(stderr).toContain('RTC_DEPENDENCY_CYCLE');
});

describe.runIf(process.platform === 'linux')('something made outside, or after cleanup', () => {
  it('is seen by the threads that come back, at the next scope', async () => {
    const { code, warning } = await make('madeAfterCleanup');
    expect(code).toBe(0);
    expect(warning('RTC_MADE_OUTSIDE')?.text).toMatch(/RTC worker.*adoptNative\(\).*cleanup: 'manual'/);
  });

  it('is seen soon when traced', async () => {
    const { code, warning } = await make('madeAfterCleanup', TRACED);
    expect(code).toBe(0);
    expect(warning('RTC_MADE_OUTSIDE')).toBeDefined();
  });

  it.each([
    ['a neighbour who cleaned up after itself', 'goodNeighbour'],
    ['another runtime of this process', 'twoRuntimes'],
    ['what a runtime keeps until it is asked to clean up', 'manualCleanup'],
  ])('is not claimed of %s', async (_, story) => {
    const { code, lines, stderr } = await make(story);
    expect(code).toBe(0);
    expect(lines).toEqual([]);
    expect(stderr).toBe('');
  });
});
