import type { Clock } from '../../../time/clock.js';
import type { ControlMessage } from './control-message.js';

interface Waiting {
  readonly open: () => void;
  readonly stop: () => void;
}

/**
 * Channels that both ends make with an agreed id are open when either end has made its half.
 *
 * The library opens such a channel as soon as the transport is up, whatever the peer has done, and a library that gets a
 * message on a stream without a channel resets the stream: the message and the channel are lost. So two ends that use
 * this package tell each other of their halves, each time they make one; ids that were there before connecting stand in
 * the description. A peer that says nothing is waited for no longer than `PEER_MAKES_IT_MS`.
 */
export class NegotiatedOpenings {
  readonly #clock: Clock;
  readonly #send: (message: ControlMessage) => boolean;
  /** How often each end has made the channel with an id. */
  readonly #ours = new Map<number, number>();
  readonly #theirs = new Map<number, number>();
  readonly #waiting = new Map<number, Waiting>();

  /** `send` gives false where the peer does not hear it. */
  constructor(clock: Clock, send: (message: ControlMessage) => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  /** The library has opened our half. Calls `open` when the peer has made its half, too, which may be at once. */
  made(id: number, open: () => void): void {
    const number = (this.#ours.get(id) ?? 0) + 1;
    this.#ours.set(id, number);
    this.#stopWaiting(id);
    const isTold = this.#send({ type: 'made', id, number });
    if (!isTold || (this.#theirs.get(id) ?? 0) >= number) {
      open();
      return;
    }
    const stop = this.#clock.after(PEER_MAKES_IT_MS, () => this.#open(id));
    this.#waiting.set(id, { open, stop });
  }

  /** The peer has made its half for the `number`th time. */
  peerMade(id: number, number: number): void {
    if (number <= (this.#theirs.get(id) ?? 0) || id > LARGEST_ID) return;
    this.#theirs.set(id, number);
    if (number >= (this.#ours.get(id) ?? 0)) this.#open(id);
  }

  /** The ids that a description of ours announces. */
  write(ids: readonly number[]): string {
    return ids.slice(0, MOST_ANNOUNCED).join(',');
  }

  /** What the description of the peer announces. */
  read(ids: string): void {
    for (const id of ids.split(',', MOST_ANNOUNCED)) if (/^\d{1,5}$/.test(id)) this.peerMade(Number(id), 1);
  }

  /** The connection ends. */
  end(): void {
    for (const id of [...this.#waiting.keys()]) this.#stopWaiting(id);
  }

  #open(id: number): void {
    const waiting = this.#waiting.get(id);
    this.#stopWaiting(id);
    waiting?.open();
  }

  #stopWaiting(id: number): void {
    this.#waiting.get(id)?.stop();
    this.#waiting.delete(id);
  }
}

/** Milliseconds that a channel waits for the peer to make its half. */
const PEER_MAKES_IT_MS = 1000;
/** Stream ids (RFC 8831, section 6.5): what a peer says of others is not kept. */
const LARGEST_ID = 65_534;
/** Of a description; the others are told when the transport is up. */
const MOST_ANNOUNCED = 64;
