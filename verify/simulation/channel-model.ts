import { Ending } from '../../src/resources/data-channel/ending/ending.js';
import type {
  EndingEvent,
  EndingFacts,
  EndingMemory,
  EndingSetting,
} from '../../src/resources/data-channel/ending/transitions.js';
import type { Receipt } from '../../src/resources/data-channel/ending/receipt.js';

/**
 * How one end of a channel ends. `never`: it waits for the other. `owner`: with its connection, which lives until the
 * channel has ended. `deadline`: `close`, and the deadline passes at any time after it.
 */
export const ENDINGS = ['never', 'close', 'abort', 'owner', 'deadline'] as const;
export type EndingKind = (typeof ENDINGS)[number];

/** Two ends, what each sends and how each ends. */
export interface Scenario {
  readonly sends: readonly [number, number];
  readonly ends: readonly [EndingKind, EndingKind];
  /** The transport goes down at any time. */
  readonly goesDown: boolean;
  readonly way: 'agreed' | 'observed';
  /** The channel was negotiated: both programs chose the id. */
  readonly negotiated: boolean;
}

type Item =
  | { readonly type: 'message' }
  | { readonly type: 'reset' }
  | { readonly type: 'receipt'; readonly receipt: Receipt };

export interface Side {
  readonly memory: EndingMemory;
  readonly sent: number;
  readonly received: number;
  /** What its program has begun to do. */
  readonly phase: 'live' | 'closing' | 'closed';
  /** The peer has closed, so it is closing without having been asked. */
  readonly isAsked: boolean;
  readonly isOpen: boolean;
  /** The outgoing half has been reset: nothing more is sent. */
  readonly isReset: boolean;
  readonly count: 'settled' | 'confirmed' | 'abandoned' | 'doubted' | undefined;
  readonly deadlinePassed: boolean;
  readonly acknowledged: number;
  /** On the way to it. */
  readonly inbound: readonly Item[];
}

export interface State {
  readonly sides: readonly [Side, Side];
  readonly isUp: boolean;
  readonly now: number;
  readonly path: Step | undefined;
}

/** How a state was reached, from the newest step on. */
interface Step {
  readonly text: string;
  readonly before: Step | undefined;
}

export const NAMES = ['alice', 'bob'] as const;

export function settingOf({ way, negotiated }: Scenario, who: number): EndingSetting {
  return {
    peerGivesReceipts: way === 'agreed',
    lossy: false,
    resets: who === 0,
    mayReset: who === 0 && !negotiated,
    idIsChosen: negotiated,
    mostInFlight: 1024 * 1024,
    peerDiscards: false,
  };
}

export function first(settings: readonly EndingSetting[]): State {
  const sides = settings.map((setting): Side => ({
    memory: new Ending(setting).memory,
    sent: 0,
    received: 0,
    phase: 'live',
    isAsked: false,
    isOpen: true,
    isReset: false,
    count: undefined,
    deadlinePassed: false,
    acknowledged: 0,
    inbound: [],
  })) as unknown as [Side, Side];
  return { sides, isUp: true, now: 0, path: undefined };
}

export function lost(side: Side): Side {
  return { ...side, isOpen: false, inbound: [] };
}

export function step(state: State, text: string): State {
  return { ...state, path: { text, before: state.path } };
}

/** One step of one end: tells its ending, and carries out what that says. */
export class EndStep {
  readonly #who: 0 | 1;
  readonly #setting: EndingSetting;
  readonly #scenario: Scenario;
  #state: State;

  constructor(state: State, who: 0 | 1, setting: EndingSetting, scenario: Scenario) {
    this.#state = state;
    this.#who = who;
    this.#setting = setting;
    this.#scenario = scenario;
  }

  send(): State {
    this.#change({ sent: this.#side.sent + 1 });
    this.#give({ type: 'message' });
    return this.#done('sends a message');
  }

  deliver(): State {
    const [item, ...rest] = this.#side.inbound;
    this.#change({ inbound: rest });
    if (item!.type === 'reset') {
      // The library closes the channel and answers with a reset of its own.
      if (this.#side.isOpen) {
        this.#reset();
        this.#change({ isOpen: false });
        this.#tell({ type: 'reset' });
      }
      return this.#done('is reset');
    }
    // The library hands nothing over once its channel is closed.
    if (this.#side.phase === 'closed' || !this.#side.isOpen) return this.#done('drops what comes');
    if (item!.type === 'message') {
      this.#change({ received: this.#side.received + 1 });
      const { peerSent } = this.#side.memory;
      if (peerSent !== undefined && this.#side.received >= peerSent) this.#tell({ type: 'arrived' });
      return this.#done('gets a message');
    }
    const { receipt } = item as { receipt: Receipt };
    this.#change({ acknowledged: Math.max(this.#side.acknowledged, receipt.received) });
    this.#tell({ type: receipt.isLast ? 'finalReceipt' : 'receipt', receipt });
    return this.#done(receipt.isLast ? 'gets a final receipt' : 'gets a receipt');
  }

  begin(): State {
    const kind = this.#side.isAsked ? 'close' : this.#scenario.ends[this.#who];
    this.#change({ phase: 'closing' });
    if (kind === 'abort') {
      this.#tell({ type: 'abort' });
      this.#close();
      return this.#done('aborts');
    }
    this.#tell({ type: 'close' });
    return this.#done(this.#side.isAsked ? 'closes, being asked' : 'closes');
  }

  expire(): State {
    this.#change({ deadlinePassed: true });
    this.#tell({ type: 'abort' });
    this.#close();
    return this.#done('has no time left');
  }

  look(): State {
    const { isUp } = this.#state;
    this.#tell({ type: isUp ? 'reset' : 'down' });
    return this.#done(isUp ? 'sees that it is reset' : 'sees that the transport is down');
  }

  time(): State {
    this.#tell({ type: 'time' });
    return this.#done(`waits until ${Math.round(this.#state.now)} ms`);
  }

  get #side(): Side {
    return this.#state.sides[this.#who];
  }

  #change(changed: Partial<Side>): void {
    const sides = [...this.#state.sides] as [Side, Side];
    sides[this.#who] = { ...sides[this.#who], ...changed };
    this.#state = { ...this.#state, sides };
  }

  #give(item: Item): void {
    if (!this.#state.isUp) return;
    const sides = [...this.#state.sides] as [Side, Side];
    const other = (1 - this.#who) as 0 | 1;
    sides[other] = { ...sides[other], inbound: [...sides[other].inbound, item] };
    this.#state = { ...this.#state, sides };
  }

  #reset(): void {
    if (this.#side.isReset) return;
    this.#change({ isReset: true });
    this.#give({ type: 'reset' });
  }

  #close(): void {
    this.#change({ phase: 'closed' });
    const isLeftOpen = this.#side.memory.state === 'agreed' || this.#side.memory.state === 'resetting';
    if (isLeftOpen && this.#scenario.ends[this.#who] !== 'owner') return;
    this.#reset();
    this.#change({ isOpen: false });
  }

  #tell(event: EndingEvent): void {
    const ending = new Ending(this.#setting, this.#side.memory);
    const commands = ending.receive(event, this.#facts(), this.#state.now);
    this.#change({ memory: { ...ending.memory } });
    for (const command of commands) {
      if (command.type === 'sendReceipt' && this.#side.isOpen && !this.#side.isReset) {
        this.#give({ type: 'receipt', receipt: command.receipt });
      } else if (command.type === 'resetStream') this.#reset();
      else if (command.type === 'askToClose' && this.#side.phase === 'live') this.#change({ isAsked: true });
      else if (command.type === 'count') this.#change({ count: command.as });
    }
    if (this.#side.phase === 'closing' && ending.isOver) this.#close();
  }

  #facts(): EndingFacts {
    const { sent, received, isOpen } = this.#side;
    return {
      sent,
      sentBytes: sent * 100,
      received,
      receivedBytes: received * 100,
      dropped: 0,
      buffered: 0,
      answered: false,
      leastRoundTrip: 0,
      roundTrip: 0,
      youngUntil: 0,
      endsConnection: this.#scenario.ends[this.#who] === 'owner',
      isOpen,
      isUp: this.#state.isUp,
    };
  }

  #done(text: string): State {
    return step(this.#state, `${NAMES[this.#who]} ${text}`);
  }
}
