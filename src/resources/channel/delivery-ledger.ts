import { type Loss, NOTHING_LOST } from '../../scope/teardown-report.js';

interface Mark {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * Counts what one channel accepted for sending and what became of it, so that an end without confirmation can say how
 * much may be lost. A mark is kept every 64 kB, so the count is exact to that many bytes and costs nothing per message.
 */
export class DeliveryLedger {
  #messages = 0;
  #bytes = 0;
  #marks: Mark[] = [];
  /** What had left the send buffer by the times `at`, the oldest first. */
  #arriving: (Mark & { readonly at: number })[] = [];
  #largest = 0;
  #arrived = 0;
  #dropped = 0;
  #lost = 0;
  #unsent = 0;
  #unconfirmed: Loss['unconfirmed'] = NOTHING_LOST.unconfirmed;
  /** Messages of the peer, how many of them answered nothing, and how many of ours were unanswered at the most. */
  #received = 0;
  #unasked = 0;
  #mostUnanswered = 0;

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Messages that the peer did not get, or that the end did not wait for. */
  get undelivered(): number {
    return this.#unsent + Math.min(this.#lost, this.#unacknowledged);
  }

  /** At most so much may not have arrived. */
  get unconfirmed(): Loss['unconfirmed'] {
    const { messages, bytes } = this.#unconfirmed;
    const most = this.#unacknowledged;
    return messages <= most
      ? this.#unconfirmed
      : { messages: most, bytes: Math.min(bytes, most * this.#largest) };
  }

  /** Messages that have reached the peer's program, by its own receipts. */
  get arrived(): number {
    return this.#arrived;
  }

  /** The library accepted a message of so many bytes. */
  accepted(bytes: number): void {
    const last = this.#marks[this.#marks.length - 1];
    if (!last || this.#bytes - last.bytes >= MARK_EVERY_BYTES) {
      this.#marks.push({ messages: this.#messages, bytes: this.#bytes });
    }
    this.#messages++;
    this.#bytes += bytes;
    if (bytes > this.#largest) this.#largest = bytes;
    const unanswered = this.#messages + this.#unasked - this.#received;
    if (unanswered > this.#mostUnanswered) this.#mostUnanswered = unanswered;
  }

  /** A message that was queued before the channel was open was not sent. */
  dropped(): void {
    this.#unsent++;
  }

  /** A message of the peer arrived. */
  received(): void {
    const unasked = ++this.#received - this.#messages;
    if (unasked > this.#unasked) this.#unasked = unasked;
  }

  /**
   * The two ends send in turns, and the peer has answered each message of ours: so it has everything. Where either
   * end sends many messages at once, their number is no evidence.
   */
  get isAnswered(): boolean {
    return this.#mostUnanswered <= MOST_UNANSWERED && this.#received - this.#unasked >= this.#messages;
  }

  /**
   * A receipt of the peer: `arrived` messages have reached it, and for some of them it had no room. The figures of a peer
   * may be wrong.
   */
  acknowledge(arrived: number, dropped: number): void {
    this.#arrived = Math.min(Math.max(this.#arrived, arrived), this.#messages);
    this.#dropped = Math.min(Math.max(this.#dropped, dropped), this.#arrived);
  }

  /** There is enough to forget that it is worth asking what is in flight, which costs more than a message. */
  get isLong(): boolean {
    return this.#marks.length >= MARKS_BEFORE_TRIM;
  }

  /** Forgets what is older than the last `bytes` bytes; called now and then with what is in flight. */
  forgetBefore(bytes: number): void {
    if (!this.isLong) return;
    const from = this.#marks.findLastIndex((mark) => mark.bytes <= this.#bytes - bytes);
    if (from > 0) this.#marks = this.#marks.slice(from);
  }

  /** Something was accepted since the last call of `onItsWay`. */
  get hasNews(): boolean {
    return this.#messages !== (this.#arriving.at(-1)?.messages ?? 0);
  }

  /**
   * At `now` (milliseconds) all but the last `bytes` bytes had arrived or were on their way; a mark a second is kept.
   */
  onItsWay(bytes: number, now: number): void {
    const last = this.#arriving.at(-1);
    if (last && now - last.at < MARK_EVERY_MS) return;
    this.#arriving.push({ at: now, ...this.#before(bytes) });
    const arrived = this.#arrivedBy(now);
    if (arrived > 0) this.#arriving = this.#arriving.slice(arrived);
  }

  /** The peer has everything. */
  confirm(): void {
    this.#lost = 0;
    this.#unconfirmed = NOTHING_LOST.unconfirmed;
  }

  /** Everything has reached the peer; only messages for which it had no room are lost. */
  settle(): void {
    this.#unconfirmed = { messages: this.#messages, bytes: this.#bytes };
    this.#lost = this.#messages;
  }

  /** This end has closed at `now`, and waited no longer for the last `bytes` bytes to arrive. */
  abandon(bytes: number, now: number): void {
    this.doubt(bytes, now);
    this.#lost = this.#unconfirmed.messages;
  }

  /** This end has closed at `now`; whatever the peer has not acknowledged may be lost. */
  abandonUnacknowledged(now: number): void {
    this.#doubtLately(now);
    this.#lost = this.#unconfirmed.messages;
  }

  /** The last `bytes` bytes should arrive, but nobody will confirm it. */
  doubt(bytes: number, now: number): void {
    const [sent, arrived] = [this.#before(bytes), this.#arriving[this.#arrivedBy(now)]];
    this.#unconfirmed = this.#since(arrived && arrived.messages > sent.messages ? arrived : sent);
  }

  /**
   * The peer has closed: `waiting` bytes cannot leave any more. How long ago it closed, and so how much was sent
   * in vain since, is not known; so only the age of what was sent counts.
   */
  endedByPeer(waiting: number, now: number): void {
    this.#doubtLately(now);
    this.#lost = this.#since(this.#before(waiting)).messages;
  }

  /** All that was not on its way long ago may not have arrived. */
  #doubtLately(now: number): void {
    this.#unconfirmed = this.#since(this.#arriving[this.#arrivedBy(now)] ?? NOTHING_LOST.unconfirmed);
  }

  get #unacknowledged(): number {
    return this.#messages - this.#arrived + this.#dropped;
  }

  /** At least so much was accepted before the last `bytes` bytes. */
  #before(bytes: number): Mark {
    if (bytes <= 0) return { messages: this.#messages, bytes: this.#bytes };
    return this.#marks.findLast((mark) => mark.bytes <= this.#bytes - bytes) ?? NOTHING_LOST.unconfirmed;
  }

  #since({ messages, bytes }: Mark): Mark {
    return { messages: this.#messages - messages, bytes: this.#bytes - bytes };
  }

  #arrivedBy(now: number): number {
    return this.#arriving.findLastIndex(({ at }) => at <= now - LONGEST_FLIGHT_MS);
  }
}

/** Messages in flight at once in what still counts as sending in turns. */
const MOST_UNANSWERED = 16;
const MARK_EVERY_BYTES = 64 * 1024;
const MARKS_BEFORE_TRIM = 256;
const MARK_EVERY_MS = 1000;
/**
 * Milliseconds after which what was on its way counts as arrived, as long as the channel is open: by then the library
 * would have failed the connection (five repetitions, at most 10 s apart).
 */
const LONGEST_FLIGHT_MS = 60_000;
