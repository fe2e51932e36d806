import type { EndingSetting } from '../../src/resources/data-channel/ending/transitions.js';
import {
  EndStep,
  ENDINGS,
  first,
  lost,
  NAMES,
  type Scenario,
  settingOf,
  type Side,
  type State,
  step,
} from './channel-model.js';

export interface Explored {
  readonly states: number;
  readonly steps: number;
  /** Where a run can end. */
  readonly ends: number;
  readonly faults: readonly string[];
}

/** Follows every order in which things can happen, and says what must not be. */
export function explore(scenario: Scenario): Explored {
  const settings = [0, 1].map((who): EndingSetting => settingOf(scenario, who)) as [
    EndingSetting,
    EndingSetting,
  ];
  const seen = new Set<string>();
  const faults: string[] = [];
  const waiting: State[] = [first(settings)];
  let [steps, ends] = [0, 0];
  seen.add(keyOf(waiting[0]!));
  while (waiting.length > 0 && faults.length < MOST_FAULTS) {
    const state = waiting.pop()!;
    const next = following(state, scenario, settings);
    if (next.length === 0) {
      ends++;
      faults.push(...judge(state, scenario));
    }
    for (const each of next) {
      steps++;
      const key = keyOf(each);
      if (seen.has(key)) continue;
      seen.add(key);
      waiting.push(each);
    }
  }
  return { states: seen.size, steps, ends, faults };
}

const MOST_FAULTS = 3;

/** Every state that one more step leads to. */
function following(state: State, scenario: Scenario, settings: readonly EndingSetting[]): State[] {
  const found: State[] = [];
  const isOver = state.sides.every(({ phase }) => phase === 'closed');
  if (isOver) return found;
  if (scenario.goesDown && state.isUp) {
    found.push(
      step(
        { ...state, isUp: false, sides: state.sides.map(lost) as unknown as [Side, Side] },
        'the transport goes down',
      ),
    );
  }
  for (const who of [0, 1] as const) {
    const side = state.sides[who];
    const world = new EndStep(state, who, settings[who]!, scenario);
    if (side.phase === 'live' && side.sent < scenario.sends[who] && side.isOpen && state.isUp)
      found.push(world.send());
    if (state.isUp && side.inbound.length > 0) found.push(world.deliver());
    const kind = scenario.ends[who];
    const hasSent = side.sent === scenario.sends[who] || !side.isOpen || !state.isUp;
    if (side.phase === 'live' && (side.isAsked || (kind !== 'never' && hasSent))) found.push(world.begin());
    if (side.phase === 'closing' && kind === 'deadline' && !side.isAsked) found.push(world.expire());
    // Also that the native is closed, or the transport down, is noticed by looking.
    if (side.phase !== 'closed' && (!side.isOpen || !state.isUp)) found.push(world.look());
  }
  // Time passes where nothing is under way: what is due is asked for then.
  const changed = differing(found, state);
  return changed.length > 0 ? changed : differing(waited(state, scenario, settings), state);
}

function waited(state: State, scenario: Scenario, settings: readonly EndingSetting[]): State[] {
  const due = state.sides.map(({ phase, memory }) =>
    phase === 'closing' ? memory.wakeAt : Number.POSITIVE_INFINITY,
  );
  const soonest = Math.min(...due);
  const found: State[] = [];
  for (const who of [0, 1] as const) {
    const side = state.sides[who];
    if (side.phase !== 'closing') continue;
    // A look without a time that is due: the send buffer has been emptied, say.
    const now = Number.isFinite(soonest) ? Math.max(state.now, soonest) : state.now;
    found.push(new EndStep({ ...state, now }, who, settings[who]!, scenario).time());
  }
  return found;
}

function differing(states: readonly State[], from: State): State[] {
  const key = keyOf(from);
  return states.filter((state) => keyOf(state) !== key);
}

/** Times are kept as distances: what matters is how long something still is. */
function keyOf({ sides, isUp, now }: State): string {
  const since = (time: number | undefined) =>
    time === undefined || !Number.isFinite(time) ? String(time) : time - now;
  return JSON.stringify([
    isUp,
    sides.map(({ memory, ...side }) => [
      side,
      {
        ...memory,
        receiptAt: 0,
        resetAt: since(memory.resetAt),
        wakeAt: since(memory.wakeAt),
        lookedAt: 0,
        pause: 0,
      },
    ]),
  ]);
}

function judge({ sides, path, isUp }: State, scenario: Scenario): string[] {
  const faults: string[] = [];
  for (const who of [0, 1] as const) {
    const [from, to] = [sides[who], sides[1 - who]!];
    if (from.phase === 'closing') faults.push(`${NAMES[who]} never ends`);
    const missing = from.sent - to.received;
    const told = toldOf(from);
    // No peer without this package says whether it answered our reset or closed by itself in the same moment.
    const isKnown = scenario.way === 'agreed' || scenario.ends[1 - who] === 'never';
    if (isKnown && from.phase === 'closed' && missing > told)
      faults.push(`${missing} of ${NAMES[who]}'s messages are missing, ${told} are told`);
    if (from.phase === 'closed' && isUp && told > missing && isExact(scenario, who))
      faults.push(`${told} of ${NAMES[who]}'s messages are told, ${missing} are missing`);
    const isGentle =
      scenario.way === 'agreed' &&
      isUp &&
      scenario.ends.every((kind) => kind !== 'abort' && kind !== 'deadline');
    if (isGentle && missing > 0) faults.push(`${missing} of ${NAMES[who]}'s messages are missing`);
  }
  if (faults.length === 0) return [];
  const told: string[] = [];
  for (let at = path; at; at = at.before) told.unshift(at.text);
  return [`${JSON.stringify(scenario)}: ${faults.join('; ')}\n    ${told.join('\n    ')}`];
}

/**
 * An end that waits for the other is told of nothing that has arrived: of two that agree always, since also one that aborts
 * says how far it has come; where no receipts are given if the other only answers.
 */
function isExact({ way, ends, negotiated }: Scenario, who: 0 | 1): boolean {
  const [own, other] = [ends[who], ends[1 - who]!];
  if (own === 'abort' || own === 'deadline') return false;
  if (way === 'agreed') return true;
  return other === 'never' && (own === 'owner' || (own === 'close' && who === 0 && !negotiated));
}

/** How many of its messages its program is told may not have arrived; see `DeliveryLedger`. */
function toldOf({ count, sent, acknowledged }: Side): number {
  if (count === 'confirmed') return 0;
  return count === undefined ? 0 : sent - acknowledged;
}

/** All scenarios with at most `most` messages each way. */
export function* scenarios(most: number): Generator<Scenario> {
  for (const way of ['agreed', 'observed'] as const) {
    for (const negotiated of [false, true]) {
      for (const goesDown of [false, true]) {
        for (const one of ENDINGS) {
          for (const other of ENDINGS) {
            if (one === 'never' && other === 'never') continue;
            for (let a = 0; a <= most; a++) {
              for (let b = 0; b <= most; b++)
                yield { sends: [a, b], ends: [one, other], goesDown, way, negotiated };
            }
          }
        }
      }
    }
  }
}
