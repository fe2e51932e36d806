import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalCandidates } from '../../src/compat/local-candidates.js';
import { nextTurn } from '../../src/time/clock.js';

const CANDIDATE = { candidate: 'candidate:1 1 UDP 1 127.0.0.1 9 typ host', mid: '0' } as never;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function found() {
  const reported: unknown[] = [];
  const candidates = new LocalCandidates((candidate) => reported.push(candidate));
  return { candidates, reported };
}

describe('candidates of an offer that is sent with trickle ICE', () => {
  it('are neither emitted nor shown before the answer, and then in a later task', async () => {
    const { candidates, reported } = found();
    candidates.offered(true);
    candidates.add(CANDIDATE);
    candidates.end();
    vi.advanceTimersByTime(99);
    expect([reported, candidates.shown]).toEqual([[], []]);
    candidates.release();
    expect(reported).toEqual([]);
    await nextTurn();
    expect(reported).toEqual([CANDIDATE, null]);
  });

  it('are shown to who reads the description after the time in which it would have been sent', () => {
    const { candidates, reported } = found();
    candidates.offered(true);
    candidates.add(CANDIDATE);
    vi.advanceTimersByTime(101);
    expect([reported, candidates.shown]).toEqual([[], [CANDIDATE]]);
  });

  it('are emitted after a second without an answer', async () => {
    const { candidates, reported } = found();
    candidates.offered(true);
    candidates.add(CANDIDATE);
    candidates.end();
    vi.advanceTimersByTime(999);
    expect(reported).toEqual([]);
    vi.advanceTimersByTime(2);
    await nextTurn();
    expect(reported).toEqual([CANDIDATE, null]);
  });
});

it('candidates of an offer that says that no later ones come are emitted without a wait', async () => {
  const { candidates, reported } = found();
  candidates.add(CANDIDATE);
  candidates.end();
  candidates.offered(false);
  await nextTurn();
  expect(reported).toEqual([CANDIDATE, null]);
});

it('candidates are emitted at once where the application has waited for the end of gathering', () => {
  const { candidates, reported } = found();
  candidates.offered(true);
  candidates.add(CANDIDATE);
  candidates.end();
  candidates.flush();
  expect(reported).toEqual([CANDIDATE, null]);
});
