import { ManualClock } from 'scoped-rtc/testing';
import { describe, expect, it } from 'vitest';
import { CandidateGate } from '../../src/resources/connection/negotiation/candidate-gate.js';
import { turns } from '../support/manual-clock.js';

const OFFER = 'v=0\r\no=rtc 1 0 IN IP4 127.0.0.1\r\na=setup:actpass\r\n';
const HOST = 'a=candidate:1 1 UDP 1 127.0.0.1 5000 typ host';
const REFLEXIVE = 'a=candidate:2 1 UDP 1 198.51.100.7 5000 typ srflx raddr 0.0.0.0 rport 0';
const FAR_HOST = 'a=candidate:3 1 UDP 1 198.51.100.8 5000 typ host';
const ANSWER_AND_BACK_MS = 40;

/** A gate that has answered an offer `roundTrip` milliseconds ago, with this candidate of its own. */
async function answered(own: string, roundTrip: number) {
  const clock = new ManualClock();
  const events: string[] = [];
  let hasPath = false;
  const gate = new CandidateGate(clock, {
    addRemote: (candidate) => events.push(`check ${candidate}`),
    emitLocal: (candidate) => events.push(`emit ${candidate}`),
    pathFound: () => hasPath,
  });
  expect(gate.offered(OFFER)).toContain('a=setup:active'); // and answers as the server
  gate.keepLocal(own, '0');
  gate.answered();
  await turns();
  clock.advance(roundTrip);
  return {
    gate,
    clock,
    events,
    async findPath() {
      hasPath = true;
      await turns();
      clock.advance(10);
    },
  };
}

/** A gate that finds no path; `events` are the candidates that it gives the library. */
function pathless() {
  const clock = new ManualClock();
  const events: string[] = [];
  const gate = new CandidateGate(clock, {
    addRemote: (candidate) => events.push(candidate),
    emitLocal: () => {},
    pathFound: () => false,
  });
  return { gate, clock, events };
}

describe('an answerer', () => {
  it('checks at the time when its candidates lead a far offerer to check', async () => {
    const { gate, clock, events } = await answered(HOST, ANSWER_AND_BACK_MS);
    expect(gate.keepRemote(FAR_HOST, '0')).toBe(true);
    expect(events).toEqual([`emit ${HOST}`]);
    expect(gate.keepRemote(REFLEXIVE, '0')).toBe(true);
    clock.advance(14);
    expect(events).toHaveLength(1);
    clock.advance(1);
    expect(events.slice(1)).toEqual([`check ${FAR_HOST}`, `check ${REFLEXIVE}`]);
    expect(gate.keepRemote(HOST, '0')).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('does so where the addresses are near and its own is behind a NAT: many networks have the same', async () => {
    const { gate, events } = await answered(REFLEXIVE, ANSWER_AND_BACK_MS);
    gate.keepRemote(HOST, '0');
    await turns();
    expect(events).toEqual([`emit ${REFLEXIVE}`]);
    gate.stop();
  });

  it.each([
    ['near', HOST, ANSWER_AND_BACK_MS],
    ['quick to reply', REFLEXIVE, 4],
  ])('checks before it emits its candidates when the offerer is %s', async (_, remote, roundTrip) => {
    const { gate, clock, events, findPath } = await answered(HOST, roundTrip);
    gate.keepRemote(remote, '0');
    clock.advance(2); // the most that a fresh millisecond is waited for
    await turns();
    expect(events).toEqual([`check ${remote}`]);
    await findPath();
    expect(events.slice(1)).toEqual([`emit ${HOST}`]);
    expect(clock.pending).toBe(0);
  });

  it('checks no more when the connection ends', async () => {
    const { gate, clock, events } = await answered(HOST, ANSWER_AND_BACK_MS);
    gate.keepRemote(REFLEXIVE, '0');
    gate.stop();
    clock.advance(1000);
    expect(events).toEqual([`emit ${HOST}`]);
  });

  it.each([
    ['client of an offerer behind a NAT', [FAR_HOST, REFLEXIVE], 'actpass'],
    ['client of one that is near', [HOST], 'actpass'],
    ['server of one with a public address', [FAR_HOST], 'active'],
  ])('with the candidates in the offer is the DTLS %s', (_, candidates, setup) => {
    const exchange = { addRemote: () => {}, emitLocal: () => {}, pathFound: () => false };
    const gate = new CandidateGate(new ManualClock(), exchange);
    expect(gate.offered(`${OFFER}${candidates.join('\r\n')}\r\n`)).toContain(`a=setup:${setup}`);
    expect(gate.kept).toBe(candidates.length);
  });

  it('that has rolled its own offer back for one of Firefox checks after 8 s: only then Firefox surely has the answer', async () => {
    const { gate, clock, events } = pathless();
    gate.offeredInPlaceOfOurs(OFFER, true);
    gate.keepRemote(HOST, '0');
    gate.answered();
    await turns();
    clock.advance(7999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual([HOST]);
  });

  describe('that leaves it to a near offerer to check first', () => {
    /** Has answered an offer with these lines; `reads`: the application is expected to read the answer. */
    function waiting(lines: readonly string[], reads: boolean) {
      const { gate, clock, events } = pathless();
      if (reads) gate.expectsReading();
      gate.offered(`${OFFER}${lines.join('\r\n')}\r\n`);
      const checksIn = (ms: number, before = () => {}) => {
        clock.advance(ms - 1);
        before();
        expect(events).toEqual([]);
        clock.advance(1);
        expect(events).toEqual([HOST]);
      };
      return { gate, clock, events, checksIn };
    }
    const COMPLETE = [HOST, 'a=end-of-candidates'];

    it.each([
      ['made', COMPLETE, false],
      ['made, where the offer had not all candidates', [HOST], true],
    ])('checks 3 s after the answer was %s', (_, lines, reads) => {
      const { gate, checksIn } = waiting(lines, reads);
      gate.answered();
      checksIn(3000, () => gate.answerRead());
    });

    it('checks 3 s after the application has read the answer, which may be 5 s after it was made', () => {
      const { gate, clock, checksIn } = waiting(COMPLETE, true);
      gate.answered();
      clock.advance(5000);
      gate.answerRead();
      checksIn(3000, () => gate.answerRead());
      expect(clock.pending).toBe(0);
    });

    it('checks 3 s after an answer that was read when it was emitted', () => {
      const { gate, clock, events } = waiting(COMPLETE, true);
      gate.answerRead();
      gate.answered();
      clock.advance(3000);
      expect(events).toEqual([HOST]);
    });

    it('checks in the end although nobody has read the answer', () => {
      const { gate, checksIn } = waiting(COMPLETE, true);
      gate.answered();
      checksIn(5500);
    });

    it('checks nothing when the answer is read after the connection is up', () => {
      const { gate, clock, events } = waiting(COMPLETE, true);
      gate.answered();
      gate.connected();
      gate.answerRead();
      expect(events).toEqual([]);
      expect(clock.pending).toBe(0);
    });
  });
});

describe('an answerer whose first offer another one takes the place of', () => {
  function offeredTwice(first: string, second: string) {
    const clock = new ManualClock();
    const events: string[] = [];
    const gate = new CandidateGate(clock, {
      addRemote: (candidate) => events.push(`check ${candidate}`),
      emitLocal: (candidate) => events.push(`emit ${candidate}`),
      pathFound: () => false,
    });
    gate.offered(first);
    gate.keepLocal(HOST, '0');
    expect(gate.offeredAgain(second).trim()).toBe(OFFER.trim());
    return { gate, clock, events };
  }

  it.each([
    ['without', OFFER, [`emit ${HOST}`]],
    ['with', OFFER + HOST, []],
  ])('leaves it to the offerer to check where the first came %s candidates', async (_, first, emitted) => {
    const { gate, clock, events } = offeredTwice(first, OFFER + HOST);
    gate.answered();
    await turns();
    clock.advance(2999);
    expect(events).toEqual(emitted);
    clock.advance(1);
    expect(events).toEqual([...emitted, `check ${HOST}`]);
  });

  it('waits for candidates where both came without', async () => {
    const { gate, clock, events } = offeredTwice(OFFER, OFFER);
    gate.answered();
    await turns();
    expect(gate.keepRemote(HOST, '0')).toBe(true);
    clock.advance(2);
    await turns();
    expect(events).toEqual([`check ${HOST}`]);
    expect(gate.offeredAgain(OFFER + HOST)).toBe(OFFER + HOST); // of a later negotiation
    gate.stop();
  });
});
