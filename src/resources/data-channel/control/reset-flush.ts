import type { Clock } from '../../../time/clock.js';

/** What a `ResetFlush` needs of its connection. */
export interface FlushSubject {
  /** Milliseconds. */
  roundTrip(): number;
  /** No reset of a stream is known to be on its way. */
  isComplete(): boolean;
  /** Sends a question that the peer answers; false where it cannot be sent. */
  ask(number: number): boolean;
}

/**
 * Gets messages moving that wait behind the reset of a stream.
 *
 * A reset that overtakes data sent before it waits for that data, and what comes behind the reset waits, too, on every
 * stream (RFC 6525, section 5.2.2). The library's SCTP looks whether the data has come only when one more chunk of data
 * arrives (H55): where what was missing is the last to come, everything behind it stays where it is until somebody sends
 * again. So after a reset this end asks the peer for an answer: the question moves what the peer holds, the answer what
 * this end holds. A reset that is lost comes later, so this end asks again, less and less often, until an answer shows
 * that nothing is held when all resets should have come.
 */
export class ResetFlush {
  readonly #clock: Clock;
  readonly #subject: FlushSubject;
  #cancel: (() => void) | undefined;
  /** Of the newest question, and of the first that an answer would be enough to. */
  #number = 0;
  #enough = 0;
  #begunAt = 0;
  #pause = 0;
  #left = 0;
  #isOver = false;

  constructor(clock: Clock, subject: FlushSubject) {
    this.#clock = clock;
    this.#subject = subject;
  }

  /** A stream was reset, by either end. Ignored after `end()`: a channel may be released after the close of its connection has begun. */
  begin(): void {
    if (this.#isOver) return;
    this.#begunAt = this.#clock.now();
    this.#enough = Number.POSITIVE_INFINITY;
    this.#pause = FIRST_MS + 2 * this.#subject.roundTrip();
    this.#left = MOST_QUESTIONS;
    if (!this.#cancel) this.#wait();
  }

  /** The peer has answered the question with that number; it may say any. */
  answered(number: number): void {
    if (number >= this.#enough && number <= this.#number) this.#stop();
  }

  /** The connection ends: no question is asked any more. */
  end(): void {
    this.#isOver = true;
    this.#stop();
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #wait(): void {
    this.#cancel = this.#clock.after(this.#pause, () => {
      this.#cancel = undefined;
      this.#pause = Math.min(2 * this.#pause, LONGEST_MS);
      this.#number++;
      const isSettled = this.#clock.now() - this.#begunAt >= SETTLED_MS && this.#subject.isComplete();
      if (isSettled) this.#enough = Math.min(this.#enough, this.#number);
      if (this.#left-- > 0 && this.#subject.ask(this.#number)) this.#wait();
    });
  }
}

/** Milliseconds, besides two round trips, after which the peer is asked: most resets are complete by then. */
const FIRST_MS = 50;
const LONGEST_MS = 2000;
/** Milliseconds in which a reset that was lost has been sent again: SCTP waits for 200 to 1000 (`sctptransport.cpp`). */
const SETTLED_MS = 1500;
/** About half a minute of them: a peer that answers none has other troubles. */
const MOST_QUESTIONS = 20;
