import { poll } from '../../../time/poll.js';
import type { Clock } from '../../../time/clock.js';
import type { Deadline } from '../../../time/deadline.js';
import type { NativeDataChannel } from '../../../native/binding.js';
import type { Inbox } from '../../channel/inbox.js';
import { IN_FLIGHT_BYTES, type SendAccount } from '../../channel/send-account.js';

/** What draining needs of the connection of a channel. */
export interface DrainingConnection {
  /** The SCTP association is up: what is sent can arrive. */
  transportUp(): boolean;
  /**
   * Resets the outgoing half of a stream without closing its channel, behind everything that was sent on it.
   * The peer answers with a reset of its own when it has everything; that closes the channel. False when the
   * library refused.
   */
  resetStream(id: number): boolean;
  /** A channel was closed without confirmation; the connection must live on until its data has arrived. */
  keepUntilArrived(bytes: number, bytesPerMs: number): void;
  /** Waits for what `keepUntilArrived` was told of. Absent, as the next, where the connection is not ours. */
  arrival?(deadline: Deadline): Promise<boolean> | undefined;
  /** Milliseconds: the least that SCTP measured. What it measures now may be what a busy machine adds. */
  leastRoundTrip?(): number;
}

/** A channel that is being drained. */
export interface DrainedChannel {
  readonly native: NativeDataChannel;
  readonly connection: DrainingConnection;
  readonly clock: Clock;
  readonly sent: SendAccount;
  readonly inbox: Inbox;
  readonly id: number | undefined;
  readonly isCreated: boolean;
  /** It alone is closed, and its stream id may be used again. */
  readonly outlived: boolean;
  /** Milliseconds in which the peer may not have taken it up yet. */
  readonly youngFor: number;
  /** The peer made it, or has answered on it. */
  readonly isTakenUp: boolean;
  /** The native was closed by the peer. */
  closedByPeer(): void;
  /** What was sent and not confirmed is to be counted. */
  giveUp(): void;
}

/** Drains a channel by what SCTP shows of a peer that does not shake hands: the reset with which it answers ours. */
export class UnaidedDrain {
  readonly #channel: DrainedChannel;

  constructor(channel: DrainedChannel) {
    this.#channel = channel;
  }

  async run(deadline: Deadline): Promise<void> {
    const { native, sent, connection } = this.#channel;
    if (sent.messages > 0) {
      if (!connection.transportUp()) this.#channel.giveUp();
      else if (!native.isOpen()) await this.#passOn(deadline);
      else if (this.#mayResetFirst()) await this.#confirm(deadline);
      else await this.#leaveToConnection(deadline);
    } else if (this.#channel.inbox.received > 0 && native.isOpen() && this.#mayResetFirst()) {
      await this.#takeRest(deadline);
    }
  }

  /**
   * When the channel answers the peer's reset, the library sends a second reset for the stream. A peer that has
   * reused the id by then would see its new channel closed by it. That cannot happen to a stream whose id is
   * ours to give, nor when the connection ends with the channel.
   */
  #mayResetFirst(): boolean {
    return this.#channel.isCreated || !this.#channel.outlived;
  }

  async #confirm(deadline: Deadline): Promise<void> {
    const { native, connection, clock, sent, id } = this.#channel;
    // The peer takes a new channel up some turns of its event loop after it was opened. One that is closed by then
    // is gone with everything sent on it (H18), and its library confirms all the same.
    if (!this.#channel.isTakenUp) await poll(() => !native.isOpen(), deadline, this.#channel.youngFor);
    if (!native.isOpen()) {
      await this.#passOn(deadline);
      return;
    }
    if (id === undefined || !connection.resetStream(id)) {
      this.#channel.giveUp();
      return;
    }
    const asked = clock.now();
    await poll(() => !native.isOpen() || !connection.transportUp(), deadline);
    // No answer is faster than a round trip: then the peer closed by itself.
    const tooFast = asked + (connection.leastRoundTrip?.() ?? 0) * LEAST_ANSWER > clock.now();
    if (native.isOpen() || !connection.transportUp()) this.#channel.giveUp();
    else if (tooFast || native.bufferedAmount() > 0) await this.#passOn(deadline);
    else {
      this.#channel.closedByPeer();
      sent.confirm();
    }
  }

  /**
   * The peer closed first: it answers nothing any more, but may be taking in what is on its way, as we would. So a
   * connection that ends with the channel gets the time for it.
   */
  async #passOn(deadline: Deadline): Promise<void> {
    this.#channel.closedByPeer();
    if (!this.#channel.outlived) {
      // Its `bufferedAmount` stands still from now on, so there is no rate to be seen.
      this.#keepConnection(0, 0);
      await this.#channel.connection.arrival?.(deadline); // it drains beside us, and did not know yet
    }
    this.#channel.giveUp();
  }

  /**
   * Nothing of ours is to be confirmed. But a peer that closes in the same moment takes our reset for the answer to
   * its own, and what is still on its way for confirmed: so it is taken in, as long as something comes. Where both
   * ends are closed at once, as in one scope, the peer is let go first: its own reset is answered properly then.
   */
  async #takeRest(deadline: Deadline): Promise<void> {
    const { native, connection, clock, id } = this.#channel;
    await poll(() => !native.isOpen(), deadline, this.#channel.youngFor + AFTER_YOU_MS);
    if (!native.isOpen()) {
      this.#channel.closedByPeer();
      return;
    }
    if (id === undefined || !connection.resetStream(id)) return;
    let seen = this.#channel.inbox.received;
    let since = clock.now();
    let looked = since;
    const ended = () => {
      if (!native.isOpen() || !connection.transportUp()) return true;
      const now = clock.now();
      const taken = this.#channel.inbox.received;
      // What came while this event loop was busy has yet to be handed over.
      if (taken !== seen || now - looked > QUIET_MS) [seen, since] = [taken, now];
      looked = now;
      return now - since >= QUIET_MS;
    };
    await poll(ended, deadline);
    if (!native.isOpen()) this.#channel.closedByPeer();
  }

  /** Waits until SCTP has everything; the connection waits for the rest, should it be closed right after. */
  async #leaveToConnection(deadline: Deadline): Promise<void> {
    const { native, clock, sent } = this.#channel;
    const arrived = () => !native.isOpen() || native.bufferedAmount() === 0;
    const begun = clock.now();
    const before = native.bufferedAmount();
    await poll(arrived, deadline);
    const left = native.bufferedAmount();
    if (left > 0 || !native.isOpen()) {
      this.#channel.giveUp();
      return;
    }
    sent.doubt(IN_FLIGHT_BYTES, clock.now());
    this.#keepConnection(before, begun);
  }

  /** What SCTP has taken gets time to arrive. The send buffer was emptied of `bytes` bytes since `begun`. */
  #keepConnection(bytes: number, begun: number): void {
    const { connection, clock, sent } = this.#channel;
    // The rate at which the buffer was emptied tells best how long the rest takes.
    const rate = bytes > IN_FLIGHT_BYTES ? bytes / (clock.now() - begun) : ASSUMED_BYTES_PER_MS;
    connection.keepUntilArrived(Math.min(sent.bytes, IN_FLIGHT_BYTES), rate);
  }
}

/** Where no rate was seen; with it a full MiB gets a second. */
const ASSUMED_BYTES_PER_MS = 2000;
/** Milliseconds without a message after which a peer that does not answer our reset is not waited for. */
const QUIET_MS = 250;
/** Milliseconds that a peer which may be closing, too, gets to be the first. */
const AFTER_YOU_MS = 10;
/** In round trips; they vary, and a reset that crosses ours takes half of one. */
const LEAST_ANSWER = 0.75;
