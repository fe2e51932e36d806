import type { Random } from '../chaos/random.js';

/** What one process does at one moment; the numbers say to what, and how much. See `Peer` for each. */
export interface Step {
  /** Milliseconds from the start. */
  readonly at: number;
  readonly who: 0 | 1;
  readonly does: Deed;
  readonly a: number;
  readonly b: number;
}

/** How likely each deed is. */
const DEEDS = {
  connect: 3,
  open: 10,
  negotiated: 3,
  pair: 3,
  send: 30,
  trySend: 12,
  closeChannel: 8,
  closeTogether: 4,
  abortChannel: 2,
  closeWithin: 2,
  reopen: 4,
  closeInHandler: 3,
  closeConnection: 3,
  abortConnection: 1,
  endScope: 2,
  fork: 2,
  move: 1,
  depend: 2,
  defer: 2,
  acknowledged: 2,
  sendAcknowledged: 6,
  throwInHandler: 2,
  stopReading: 1,
  block: 4,
  stop: 1,
  dark: 1,
  fault: 2,
  repeatSignals: 2,
  cutSignals: 0.5,
  kill: 0.5,
  /** In programs of their own, see `programOf`. */
  dial: 0,
} as const;

export type Deed = keyof typeof DEEDS;

/** Deeds after which a message may be lost, if that is told: all others leave nothing in doubt. */
export const ROUGH: ReadonlySet<Deed> = new Set([
  'abortChannel',
  'closeWithin',
  'abortConnection',
  'stopReading',
  'stop',
  'dark',
  'fault',
  'cutSignals',
  'kill',
]);

const OTHERS = [
  ...([
    'ours',
    'ours',
    'ours',
    'ours',
    'unannounced',
    'unannounced',
    'library',
    'library',
    'hostile',
  ] as const),
  ...(['aiortc', 'gstreamer', 'browser'] as const),
];

/** Everything that decides a run. */
export interface Program {
  readonly seed: number;
  readonly steps: readonly Step[];
  /** Milliseconds after which each process ends its scope. */
  readonly ends: readonly [number, number];
  /** Milliseconds that a packet takes at most. */
  readonly latency: number;
  /** How likely a packet is lost. */
  readonly loss: number;
  /**
   * What bob is: a process with this package, the same without the lines that announce it, the library alone, another
   * implementation, or one that announces this package and then says whatever it likes.
   */
  readonly other: (typeof OTHERS)[number];
}

/** The program of a seed. */
export function programOf(seed: number, random: Random): Program {
  const length = 3 + random.below(random.chance(0.2) ? 60 : 18);
  const span = 20 + random.below(400);
  const steps: Step[] = [step(0, random.below(2) as 0 | 1, 'connect', random)];
  for (let n = 1; n < length; n++) {
    steps.push(step(random.below(span), random.below(2) as 0 | 1, pick(random), random));
  }
  const end = random.chance(0.5) ? random.below(span) : span + random.below(100);
  // Where one end is left alone for long, what it confirms is no matter of who was first.
  const other = random.chance(0.4) ? end : end + random.below(random.chance(0.5) ? 200 : 3000);
  const program: Program = {
    seed,
    steps,
    ends: random.chance(0.5) ? [end, other] : [other, end],
    latency: random.chance(0.5) ? 0 : random.below(60),
    loss: random.chance(0.7) ? 0 : random.next() * 0.2,
    other: random.pick(OTHERS)!,
  };
  if (seed % WITH_SOCKETS === 1) {
    for (let n = 1 + random.below(5); n > 0; n--) {
      steps.push(step(random.below(span), random.below(2) as 0 | 1, 'dial', random));
    }
  }
  steps.sort((one, other) => one.at - other.at);
  return program;
}

/** Every so many programs one has WebSockets, too. */
const WITH_SOCKETS = 5;

function step(at: number, who: 0 | 1, does: Deed, random: Random): Step {
  return { at, who, does, a: random.below(64), b: random.below(64) };
}

const TOTAL = Object.values<number>(DEEDS).reduce((sum, weight) => sum + weight, 0);

function pick(random: Random): Deed {
  let rest = random.next() * TOTAL;
  for (const [deed, weight] of Object.entries(DEEDS)) {
    rest -= weight;
    if (rest < 0) return deed as Deed;
  }
  return 'send';
}

/** How many messages a step sends; now and then more than Node hands over in a turn of the event loop (H4). */
export function countOf({ b }: Step): number {
  return b === 63 ? 1100 : 1 + (b % 30);
}

/** Bytes of each, beside its number. */
export function sizeOf({ b }: Step): number {
  if (b === 63) return 4;
  return b % 7 === 0 ? 40_000 : b * 4;
}

const NAMES = ['alice', 'bob'] as const;

/** A program as lines to read. */
export function written({ steps, ends, latency, loss, other }: Program): string[] {
  return [
    `packets take up to ${latency} ms, ${Math.round(loss * 100)} % are lost; bob is ${other}`,
    ...steps.map(
      ({ at, who, does, a, b }) => `${String(at).padStart(4)} ms  ${NAMES[who]}  ${does}(${a}, ${b})`,
    ),
    ...ends.map((at, who) => `${String(at).padStart(4)} ms  ${NAMES[who]}  ends its scope`),
  ];
}
