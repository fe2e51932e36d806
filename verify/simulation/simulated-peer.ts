import type { Signaling } from '../../src/index.js';
import type { FakeBinding } from '../../src/testing/index.js';
import type { Life } from './life.js';
import type { Step } from './program.js';
import type { SimulatedProcess } from './world.js';

/** A channel that both ends make, use and close, and make again with the same id as soon as each has closed it. */
export interface Pair {
  readonly number: number;
  readonly id: number;
  readonly uses: number;
  /** Messages that each end sends as soon as it has made its half. */
  readonly messages: number;
  /** This end closes when the first message of the other has come. */
  readonly closes: boolean;
}

/** What one end of a channel knows. */
export interface ChannelEnd {
  readonly label: string;
  readonly life: Life;
  readonly attempted: number;
  /** Numbers of the messages that were not accepted, or of which `send` has said that nobody knows. */
  readonly doubtful: ReadonlySet<number>;
  readonly received: readonly number[];
  /** Messages of which its program was told that they may not have arrived; undefined where nobody tells it. */
  readonly told: number | undefined;
  /** Messages that came and that its program was told it has not taken. */
  readonly unread: number;
  /** Otherwise what was sent has only been queued. */
  readonly wasOpen: boolean;
  /** Messages may be abandoned by design. */
  readonly isLossy: boolean;
  /** A message whose `send` has resolved has come, whatever else happened. */
  readonly isExact: boolean;
  /** What must not be. */
  readonly wrong: readonly string[];
}

/** A process of the simulation. */
export interface SimulatedPeer {
  readonly process: SimulatedProcess;
  readonly binding: FakeBinding;
  readonly logs: readonly ChannelEnd[];
  readonly ended: boolean;
  readonly sockets?: {
    /** Accepts WebSockets, if it does not yet. */
    listen(scope: number): void;
    /** Connects to that process. */
    dial(server: string, number: number, step: Step): void;
  };
  start(): void;
  connect(id: number, signaling: Signaling, offers: boolean): void;
  do(step: Step): void;
  /** Its half of a channel with an agreed id, on the connection with that number; see `Pair`. */
  pair?(connection: number, pair: Pair): void;
  dispose(): void;
}

/** In the order in which the other end has them, too: both take the same one by its number. */
export function byLabel<Log extends ChannelEnd>(logs: readonly Log[]): Log[] {
  return [...logs].sort((one, other) => (one.label < other.label ? -1 : 1));
}
