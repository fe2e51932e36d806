import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Ending } from '../../src/resources/data-channel/ending/ending.js';
import {
  type EndingCommand,
  type EndingEvent,
  type EndingFacts,
  type EndingSetting,
  type EndingEventType,
  type EndingState,
  type Transition,
  TRANSITIONS,
} from '../../src/resources/data-channel/ending/transitions.js';

const FACTS: EndingFacts = {
  sent: 0,
  sentBytes: 0,
  received: 0,
  receivedBytes: 0,
  dropped: 0,
  buffered: 0,
  answered: false,
  leastRoundTrip: 10,
  roundTrip: 10,
  youngUntil: 0,
  endsConnection: false,
  isOpen: true,
  isUp: true,
};
const SETTING: EndingSetting = {
  peerGivesReceipts: true,
  lossy: false,
  resets: true,
  mayReset: true,
  idIsChosen: false,
  mostInFlight: 1024 * 1024,
  peerDiscards: false,
};
const EVENTS: readonly EndingEventType[] = [
  'close',
  'abort',
  'receipt',
  'finalReceipt',
  'arrived',
  'reset',
  'down',
  'refused',
  'time',
];

/** The events of a row. */
function eventsOf({ on }: Transition): readonly EndingEventType[] {
  return typeof on === 'string' ? [on] : on;
}

/** As in Park and Miller: the same numbers in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

describe('final receipts that overtake each other', () => {
  it('leave what the newest says: the stream is reset when the peer has seen our last one', () => {
    const ending = new Ending(SETTING);
    const facts = { ...FACTS, sent: 2, sentBytes: 200 };
    ending.receive({ type: 'close' }, facts, 0);
    const final = { sent: 0, received: 2, dropped: 0, isLast: true };
    ending.receive({ type: 'finalReceipt', receipt: { ...final, received: 0, finals: 1 } }, facts, 10);
    ending.receive({ type: 'finalReceipt', receipt: { ...final, received: 0, finals: 0 } }, facts, 11);
    expect(ending.memory.finalsSeen).toBe(1);
    ending.receive({ type: 'receipt', receipt: { ...final, isLast: false, finals: 1 } }, facts, 12);
    expect(ending.state).toBe('resetting');
  });
});

describe('the end of a stream whose id the program chose', () => {
  it('is waited for by the end that does not begin with it: four round trips, and a second', () => {
    const ending = new Ending({ ...SETTING, resets: false, idIsChosen: true });
    const facts = { ...FACTS, roundTrip: 1800 };
    ending.receive(
      { type: 'finalReceipt', receipt: { sent: 0, received: 0, dropped: 0, isLast: true, finals: 0 } },
      facts,
      0,
    );
    ending.receive({ type: 'close' }, facts, 0);
    ending.receive({ type: 'time' }, facts, 8199);
    expect(ending.state).toBe('agreed');
    ending.receive({ type: 'time' }, facts, 8200);
    expect(ending.state).toBe('ended');
  });
});

describe('the table of a channel that ends', () => {
  it('has every row taken by some sequence of events, and throws for no event that it has', () => {
    const taken = new Set<Transition>();
    const acknowledging = new Map<string, EndingCommand>();
    for (let walk = 1; walk < 8000; walk++) {
      const below = numbers(walk);
      const chance = () => below(2) === 0;
      const setting = {
        peerGivesReceipts: chance(),
        lossy: below(4) === 0,
        resets: chance(),
        mayReset: chance(),
        idIsChosen: chance(),
        mostInFlight: 1024 * 1024,
        peerDiscards: walk % 8 === 0,
      };
      const ending = new Ending(setting);
      let now = 0;
      let facts: EndingFacts = { ...FACTS, sent: below(3), youngUntil: below(3) * 1000 };
      for (let step = 0; step < 8; step++) {
        const legal = EVENTS.filter((event) =>
          TRANSITIONS.some((row) => row.in === ending.state && eventsOf(row).includes(event)),
        );
        const type = legal[below(legal.length)] as EndingEventType;
        const received = facts.received + below(2) * below(80);
        facts = {
          ...facts,
          received,
          receivedBytes: received * 100,
          buffered: below(2) * 10,
          answered: below(4) === 0,
          endsConnection: chance(),
          isOpen: type === 'reset' ? false : below(4) > 0,
          isUp: type === 'down' ? false : below(4) > 0,
        };
        now += [0, 5, 300, 1200][below(4)] ?? 0;
        // Half of them from a peer that has everything; the others say anything.
        const hasAll = chance();
        const receipt = {
          sent: hasAll ? received : below(3),
          received: hasAll ? facts.sent : below(3),
          dropped: 0,
          isLast: type === 'finalReceipt',
          finals: hasAll ? ending.memory.finals : below(3),
        };
        const event = (
          type === 'receipt' || type === 'finalReceipt' ? { type, receipt } : { type }
        ) as EndingEvent;
        const commands = ending.receive(event, facts, now);
        taken.add(ending.transition as Transition);
        // Its answer would make the library reset the stream again, while the program uses the id for another channel.
        if (setting.idIsChosen && ending.state === 'resetting') expect.fail('a chosen id is reset twice');
        for (const command of commands) acknowledging.set(command.type, command);
      }
    }
    expect(TRANSITIONS.filter((row) => !taken.has(row))).toEqual([]);
    const commands = [...acknowledging.values()];
    expect(commands.length).toBeGreaterThan(4);
    expect(JSON.parse(JSON.stringify(commands))).toEqual(commands);
  });

  it('throws for an event that a state does not have', () => {
    const states = [...new Set(TRANSITIONS.map((row) => row.in))];
    const missing = states.flatMap((state) =>
      EVENTS.filter(
        (event) => !TRANSITIONS.some((row) => row.in === state && eventsOf(row).includes(event)),
      ).map((event) => [state, event] as const),
    );
    // A second close never reaches the machine, and only a reset can be refused.
    const expected = states
      .filter((state) => state !== 'ended')
      .flatMap((state): (readonly [EndingState, EndingEventType])[] => {
        const refuses = ['resetting', 'confirming', 'receiving'].includes(state);
        const closes = state === 'live';
        return [
          ...(closes ? [] : [[state, 'close'] as const]),
          ...(refuses ? [] : [[state, 'refused'] as const]),
        ];
      });
    expect(missing).toEqual(expected);
    expect(() => new Ending(SETTING).receive({ type: 'refused' }, FACTS, 0)).toThrow(
      'no transition for refused in live',
    );
  });

  it('believes the peer, not the reset, where messages may be lost', () => {
    const facts = { ...FACTS, sent: 3, leastRoundTrip: 40, roundTrip: 40 };
    const start = () => {
      const ending = new Ending({ ...SETTING, lossy: true });
      expect(ending.receive({ type: 'close' }, facts, 0).map(({ type }) => type)).toEqual(['sendReceipt']);
      return ending;
    };
    const final = (received: number) =>
      ({
        type: 'finalReceipt',
        receipt: { sent: 0, received, dropped: 0, isLast: true, finals: 0 },
      }) as const;
    for (const [received, as] of [
      [1, 'abandoned'],
      [3, 'confirmed'],
    ] as const) {
      const ending = start();
      expect(ending.receive(final(received), facts, 50)).toEqual([{ type: 'resetStream' }]);
      const reset = ending.receive({ type: 'reset' }, { ...facts, isOpen: false }, 120);
      expect(reset).toEqual([{ type: 'count', as }]);
    }
    // A peer whose event loop is busy says nothing; its library answers.
    const silent = start();
    expect(silent.receive({ type: 'time' }, facts, silent.wakeAt - 1)).toEqual([]);
    expect(silent.receive({ type: 'time' }, facts, silent.wakeAt)).toEqual([{ type: 'resetStream' }]);
    expect(silent.receive({ type: 'reset' }, { ...facts, isOpen: false }, 500)).toEqual([
      { type: 'count', as: 'abandoned' },
    ]);
  });

  it('is the one that docs/lifecycle.md shows', () => {
    const page = readFileSync(new URL('../../docs/lifecycle.md', import.meta.url), 'utf8');
    const rows = TRANSITIONS.map(({ in: state, when = [], to, do: actions = [], ...row }) => {
      const cells = [
        state,
        eventsOf({ in: state, to, ...row }).join(', '),
        when.join(', '),
        to,
        actions.join(', '),
      ];
      return cells.join(' | ');
    });
    const shown = page
      .split('\n')
      .filter((line) =>
        /^\| `?(live|parting|informing|agreed|resetting|young|confirming|awaiting|receiving|flushing|arriving|ended)`? \|/.test(
          line,
        ),
      )
      .map((line) =>
        line
          .replaceAll('`', '')
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim())
          .join(' | '),
      );
    expect(shown).toEqual(rows);
  });
});

/** Two ends of one reliable channel whose messages and receipts arrive in order, some time later. */
describe('two ends that agree', () => {
  interface End {
    readonly ending: Ending;
    sent: number;
    received: number;
    /** What is on its way to this end: messages, and receipts between them. */
    readonly inbound: (EndingEvent | 'message')[];
    reset: boolean;
  }

  /** Plays one schedule: `near` sends, and the ends close at their turns. Returns both. */
  function play(seed: number): readonly [End, End] {
    const below = numbers(seed);
    const end = (resets: boolean): End => ({
      ending: new Ending({ ...SETTING, resets }),
      sent: 0,
      received: 0,
      inbound: [],
      reset: false,
    });
    const ends = [end(true), end(false)] as const;
    const facts = ({ sent, received, reset }: End): EndingFacts => ({
      ...FACTS,
      sent,
      received,
      isOpen: !reset,
    });
    const closing = new Set<End>();
    const tell = (one: End, event: EndingEvent, now: number) => {
      const other = one === ends[0] ? ends[1] : ends[0];
      for (const command of one.ending.receive(event, facts(one), now)) {
        if (command.type === 'sendReceipt') {
          other.inbound.push({
            type: command.receipt.isLast ? 'finalReceipt' : 'receipt',
            receipt: command.receipt,
          });
        } else if (command.type === 'askToClose' && !closing.has(one)) {
          closing.add(one);
          tell(one, { type: 'close' }, now);
        } else if (command.type === 'resetStream') other.inbound.push({ type: 'reset' });
      }
    };
    const close = (one: End, now: number) => {
      if (closing.has(one)) return;
      closing.add(one);
      tell(one, { type: 'close' }, now);
    };
    for (let now = 1; now < 400; now++) {
      const one = ends[below(2)] as End;
      const other = one === ends[0] ? ends[1] : ends[0];
      const deed = below(6);
      if (deed === 0 && !closing.has(one) && one.sent < 3) {
        one.sent++;
        other.inbound.push('message');
      } else if (deed === 1 && now > 20) close(one, now);
      else if (deed === 2) tell(one, { type: 'time' }, now);
      else {
        const came = one.inbound.shift();
        if (came === 'message') {
          one.received++;
          if (one.received === one.ending.expected) tell(one, { type: 'arrived' }, now);
        } else if (came) {
          if (came.type === 'reset') one.reset = true;
          tell(one, came, now);
          if (came.type === 'reset') other.inbound.push({ type: 'reset' });
        }
      }
    }
    return ends;
  }

  it('have every message of each other when they are over, in any order of what happens', () => {
    for (let seed = 1; seed < 1500; seed++) {
      const [near, far] = play(seed);
      expect([near.ending.isOver, far.ending.isOver], `seed ${seed}`).toEqual([true, true]);
      expect([near.received, far.received], `seed ${seed}`).toEqual([far.sent, near.sent]);
    }
  });
});
