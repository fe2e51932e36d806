import type { Clock } from '../../../time/clock.js';
import type { Deadline } from '../../../time/deadline.js';
import { poll } from '../../../time/wait.js';
import type { ControlMessage } from './control-channel.js';

interface Waiting {
  readonly open: () => void;
  readonly stop: () => void;
}

/**
 * Channels that both ends make with an agreed id are open when either end has made its half, and the id is free again when
 * either end has seen its stream reset.
 *
 * The library opens such a channel as soon as the transport is up, whatever the peer has done, and a library that gets a
 * message on a stream without a channel resets the stream: the message and the channel are lost. So two ends that use
 * this package announce their halves to each other, each time they make one; ids that were there before connecting stand in
 * the description. A peer that says nothing is waited for no longer than `PEER_MAKES_IT_MS`.
 *
 * The end that resets the stream cannot see that the peer has answered: the library says nothing of it once the channel
 * is closed. A channel made before that answer comes would be closed by it. So the peer says that it has answered.
 */
export class NegotiatedChannels {
  readonly #clock: Clock;
  readonly #send: (message: ControlMessage) => boolean;
  /** How often each end has made the channel with an id. */
  readonly #ours = new Map<number, number>();
  readonly #theirs = new Map<number, number>();
  /** For each id the number of the peer's newest half whose stream was reset. */
  readonly #freed = new Map<number, number>();
  /** Our halves whose stream is being reset, with the times of the clock (ms) when that should have ended. */
  readonly #freeing = new Map<number, { readonly least: number; readonly longest: number }>();
  readonly #waiting = new Map<number, Waiting>();

  /** `send` returns false where the peer does not listen. */
  constructor(clock: Clock, send: (message: ControlMessage) => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  /** The library has opened our half. Calls `open` when the peer has made its half, too, which may be at once. */
  made(id: number, open: () => void): void {
    const number = (this.#ours.get(id) ?? 0) + 1;
    this.#ours.set(id, number);
    this.#stopWaiting(id);
    const isSent = this.#send({ type: 'made', id, number });
    if (!isSent || (this.#theirs.get(id) ?? 0) >= number) {
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

  /** Our half is gone, and the library has answered the reset of its stream. */
  free(id: number): void {
    const number = this.#ours.get(id);
    if (number !== undefined) this.#send({ type: 'freed', id, number });
  }

  /** The peer has answered the reset of its `number`th half. */
  peerFreed(id: number, number: number): void {
    if (id <= LARGEST_ID && number > (this.#freed.get(id) ?? 0)) this.#freed.set(id, number);
  }

  /**
   * Our half with that id is closed. Resolves when the library should have had the peer's answer to the reset, at most until
   * the deadline; `isDown` says that no answer can come.
   */
  async freed(id: number, deadline: Deadline, roundTrip: number, isDown: () => boolean): Promise<void> {
    const [least, longest] = [2 * roundTrip + LEAST_RESET_MS, 4 * roundTrip + LONGEST_RESET_MS];
    const from = this.#clock.now();
    this.#freeing.set(id, { least: from + least, longest: from + longest });
    await poll(isDown, deadline, least);
    await poll(() => isDown() || !this.#answersLater(id), deadline, longest);
    if (!deadline.expired) this.#freeing.delete(id);
  }

  /** The reset of the stream goes on: a deadline has cut the wait for its end short. */
  isFreeing(id: number): boolean {
    const until = this.#freeing.get(id);
    if (!until) return false;
    const now = this.#clock.now();
    const goesOn = now < until.least || (now < until.longest && this.#answersLater(id));
    if (!goesOn) this.#freeing.delete(id);
    return goesOn;
  }

  /** The peer has made its half as often as we have, and has yet to answer the reset of the newest. */
  #answersLater(id: number): boolean {
    const number = this.#ours.get(id);
    if (number === undefined || (this.#theirs.get(id) ?? 0) < number) return false;
    return (this.#freed.get(id) ?? 0) < number;
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
/** Of a description; the others are announced when the transport is up. */
const MOST_ANNOUNCED = 64;
/** Milliseconds that the reset of a stream takes besides two round trips: SCTP acknowledges a lone packet late. */
const LEAST_RESET_MS = 50;
/** Milliseconds, besides four round trips, in which a reset and its answer arrive also where some of them are lost. */
const LONGEST_RESET_MS = 2000;
