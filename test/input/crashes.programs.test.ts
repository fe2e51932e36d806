import { describe, expect, it } from 'vitest';
import { runChild } from '../support/child.js';

const REFUSED: Readonly<Record<string, string>> = {
  'answer without an offer': 'RTC_INVALID_STATE',
  'offer of nothing': 'RTC_INVALID_STATE',
  'description of no known type': 'TypeError',
  'credentials that are no ICE characters': 'RangeError',
  'credentials of a connection that gathers': 'RTC_INVALID_STATE',
  'long URL of an ICE server': 'RangeError',
  'long URL of a WebSocket': 'RangeError',
  'second thread': 'RTC_WRONG_THREAD',
};

/** Codes of calls that the state of a connection does not allow. */
const BY_STATE = ['accepted', 'RTC_INVALID_STATE', 'RTC_CLOSING', 'RTC_CLOSED'];

// That they end it is shown by the hazards H8, H10, H42 and H43.
describe('calls that end the process with the raw binding', () => {
  it('are refused one after the other in one process, which ends by itself and holds nothing', async () => {
    const end = await runChild(new URL('programs/refused.ts', import.meta.url));
    expect(end.stderr).toBe('');
    expect(end.code).toBe(0);
    expect(end.lines).toEqual([{ results: REFUSED, held: 0 }]);
  });
});

describe('calls with every optional argument, in every state of a connection', () => {
  it('are accepted or refused with a code, and never end the process', async () => {
    const program = new URL('programs/state-calls.ts', import.meta.url);
    const end = await runChild(program, [], { timeout: 110_000 }); // it makes hundreds of connections, one after the other
    expect(end, end.stderr).toMatchObject({ code: 0, signal: null });
    const { results, held } = end.lines[0] as { results: Record<string, string>; held: number };
    expect(held).toBe(0);
    expect(Object.keys(results).length).toBeGreaterThan(200);
    expect(Object.entries(results).filter(([, said]) => !BY_STATE.includes(said))).toEqual([]);
    // The library throws for these in C++, where nobody catches it.
    const credentials = ['offerer', 'answerer', 'left by its peer', 'answered', 'rolled back'];
    for (const state of credentials) {
      expect(results[`${state}: describe as offer, credentials`], state).toBe('RTC_INVALID_STATE');
    }
    expect(results['have-remote-offer: describe as answer, credentials']).toBe('accepted');
  });
});
