import {
  type EndingCommand,
  type EndingMemory,
  type EndingEvent,
  type EndingFacts,
  type EndingSetting,
  type Action,
  type EndingEventType,
  type EndingState,
  type Guard,
  NEW_MEMORY,
  type Transition,
  TRANSITIONS,
} from './transitions.js';
import { deservesReceipt, type Receipt } from './receipt.js';

/**
 * The end of one channel: what it says to the peer, and when the native may be given back.
 *
 * A pure state machine: no timer, no native, no clock. **Every event is given with its time, and every command that
 * comes back is carried out, in order, before the next event.** `time` events are due at `wakeAt` at the latest.
 */
export class Ending {
  readonly #setting: EndingSetting;
  readonly #memory: EndingMemory;
  #transition: Transition | undefined;
  #facts!: EndingFacts;
  #now = 0;

  /** `memory`: that of another, to go on from there. */
  constructor(setting: EndingSetting, memory: EndingMemory = NEW_MEMORY) {
    this.#setting = setting;
    this.#memory = { ...memory };
  }

  /** All that it remembers from one event to the next. */
  get memory(): Readonly<EndingMemory> {
    return this.#memory;
  }

  get state(): EndingState {
    return this.#memory.state;
  }

  get peerGivesReceipts(): boolean {
    return this.#setting.peerGivesReceipts;
  }

  /** The row of the table that was taken last. */
  get transition(): Transition | undefined {
    return this.#transition;
  }

  /** Nothing is to be waited for before the handle closes. */
  get isOver(): boolean {
    return this.#memory.state === 'ended' || this.isAgreed;
  }

  /** Either end has every message of the other's, and the end of the stream need not be waited for. */
  get isAgreed(): boolean {
    return (
      !this.#setting.idIsChosen && (this.#memory.state === 'agreed' || this.#memory.state === 'resetting')
    );
  }

  /** Milliseconds of the clock by which the event `time` is due. */
  get wakeAt(): number {
    return this.#memory.wakeAt;
  }

  /** Messages received after which the event `arrived` is due. */
  get expected(): number {
    if (this.#setting.lossy && this.#memory.peerSent !== undefined) return 0;
    return this.#memory.peerSent ?? Number.POSITIVE_INFINITY;
  }

  /** The peer has given a receipt, so it has taken the channel. */
  get hasPeerReceipt(): boolean {
    return this.#memory.hasPeerReceipt;
  }

  /** What our newest receipt acknowledged: messages, and the bytes that had come by then. */
  get reported(): number {
    return this.#memory.reported;
  }

  get reportedBytes(): number {
    return this.#memory.reportedBytes;
  }

  /** The peer has seen a final receipt with all that it sent. */
  get isInformed(): boolean {
    const { newsFinal, finalsSeen, reported } = this.#memory;
    const { received } = this.#facts;
    if (received === 0) return true;
    // Later ones than the first with all of it have no news, and need not be seen.
    const isSeen = newsFinal !== undefined && isNotBefore(finalsSeen, newsFinal);
    return isSeen && reported === received;
  }

  receive(event: EndingEvent, facts: EndingFacts, now: number): readonly EndingCommand[] {
    this.#facts = facts;
    this.#now = now;
    if ('receipt' in event) this.#note(event.receipt);
    const transition = this.#find(event.type);
    this.#transition = transition;
    this.#memory.state = transition.to;
    const commands: EndingCommand[] = [];
    for (const action of transition.do ?? []) {
      const command = this.#act(action);
      if (command) commands.push(command);
    }
    if (this.#memory.state === 'flushing') this.#memory.flushFrom ??= { buffered: facts.buffered, at: now };
    this.#memory.lookedAt = now;
    return commands;
  }

  #find(event: EndingEventType): Transition {
    for (const row of TRANSITIONS) {
      if (row.in !== this.#memory.state) continue;
      if (row.on !== event && !row.on.includes(event)) continue;
      if (row.when === undefined || row.when.every((guard) => this.#holds(guard))) return row;
    }
    throw new Error(`the ending of a channel has no transition for ${event} in ${this.#memory.state}`);
  }

  #holds(guard: Guard | `!${Guard}`): boolean {
    return guard.startsWith('!') ? !this.#ask(guard.slice(1) as Guard) : this.#ask(guard as Guard);
  }

  #ask(guard: Guard): boolean {
    const { sent, received, receivedBytes, buffered } = this.#facts;
    const { peerGivesReceipts, lossy, resets, mayReset } = this.#setting;
    switch (guard) {
      case 'agrees':
        return peerGivesReceipts && !lossy;
      case 'isDown':
        return !this.#facts.isUp;
      case 'isReset':
        return !this.#facts.isOpen;
      case 'hasSent':
        return sent > 0;
      case 'hasReceived':
        return received > 0;
      case 'mayReset':
        return mayReset || this.#facts.endsConnection;
      case 'isYoung':
        // Where messages may be lost, only the peer knows which were.
        if (peerGivesReceipts) return this.#memory.peerSent === undefined;
        return this.#now < this.#facts.youngUntil && !this.#memory.hasPeerReceipt;
      case 'endsConnection':
        return this.#facts.endsConnection;
      case 'lacksMessages':
        return received < this.expected;
      case 'owesReceipt':
        return this.#memory.reported !== received || (this.#memory.owesAnswer && !resets);
      case 'owesLastWord':
        // The reset shows the peer that the end which resets the stream is informed; where the connection ends, no reset comes.
        return resets && this.#memory.owesAnswer && this.#facts.endsConnection;
      case 'isUnacknowledged':
        return this.#memory.acknowledged < sent;
      case 'givesReceipts':
        return peerGivesReceipts;
      case 'mayResetNow':
        // A stream is not reset before SCTP has acknowledged what was sent on it, and alone that takes 20 ms: it comes
        // at once with an answer. What SCTP receives behind a reset waits for it, on every stream: so there is none
        // where the connection ends, too, and other channels may still be draining.
        return resets && this.#memory.finalsSeen === this.#memory.finals % FINALS;
      case 'isInformed':
        return this.isInformed;
      case 'idIsChosen':
        return this.#setting.idIsChosen;
      case 'isDoubtful': {
        if (this.#facts.answered || (peerGivesReceipts && !lossy)) return false;
        if (this.#setting.peerDiscards) return true;
        // No answer is faster than a round trip: then the peer closed by itself.
        const soonest =
          (this.#memory.resetAt ?? Number.POSITIVE_INFINITY) + this.#facts.leastRoundTrip * LEAST_ANSWER;
        return soonest > this.#now || buffered > 0;
      }
      case 'isOverdue': {
        // A transport that fails closes the channel, too, seconds after the peer was last heard. An answer that is seen
        // together with the end of the connection came before it, so it was not missing for long when last looked for.
        const { resetAt = this.#now, lookedAt } = this.#memory;
        return !this.#facts.answered && lookedAt - resetAt > OVERDUE_MS + 4 * this.#facts.roundTrip;
      }
      case 'isAnswered':
        return this.#facts.answered;
      case 'isFlushed':
        return buffered === 0;
      case 'isBusy':
        // What came while the event loop was busy has yet to be handed over.
        return received !== this.#memory.receivedBefore || this.#now - this.#memory.lookedAt > QUIET_MS;
      case 'isDue':
        return this.#now >= this.#memory.wakeAt;
      case 'receiptIsDue':
        return (
          peerGivesReceipts &&
          this.#now - this.#memory.receiptAt >= RECEIPT_EVERY_MS &&
          deservesReceipt(received - this.#memory.reported, receivedBytes - this.#memory.reportedBytes)
        );
    }
  }

  #act(action: Action): EndingCommand | undefined {
    const { sent, received, youngUntil } = this.#facts;
    switch (action) {
      case 'sendReceipt':
        this.#memory.receiptAt = this.#now;
        return this.#receipt(false);
      case 'sendFinalReceipt':
        return this.#setting.peerGivesReceipts ? this.#receipt(true) : undefined;
      case 'sendAgain':
        this.#memory.pause *= 2;
        this.#wakeIn(this.#memory.pause);
        return this.#receipt(true);
      case 'resetStream':
        this.#memory.resetAt = this.#now;
        this.#wakeIn(Math.max(ANSWERED_MS, 4 * this.#facts.roundTrip));
        return { type: 'resetStream' };
      case 'watchClose':
      case 'askToClose':
        return { type: action };
      case 'countSettled':
        return { type: 'count', as: 'settled' };
      case 'countConfirmed':
        return { type: 'count', as: 'confirmed' };
      case 'countAbandoned':
        return sent > 0 ? { type: 'count', as: 'abandoned' } : undefined;
      case 'countDoubted':
        return { type: 'count', as: 'doubted' };
      case 'keepConnection':
        this.#wakeIn(this.#arrivalMs());
        return { type: 'keepConnection', ms: this.#arrivalMs() };
      case 'waitWhileYoung':
        this.#memory.wakeAt = youngUntil;
        if (this.#setting.peerGivesReceipts) this.#wakeIn(LAST_COUNT_MS + 4 * this.#facts.roundTrip);
        return undefined;
      case 'waitForPeer':
        this.#memory.wakeAt = Math.max(this.#now, youngUntil) + PEER_FIRST_MS;
        return undefined;
      case 'waitForQuiet':
        this.#memory.receivedBefore = received;
        this.#wakeIn(QUIET_MS);
        return undefined;
      case 'waitForReset':
        this.#memory.wakeAt = Number.POSITIVE_INFINITY;
        if (this.#setting.idIsChosen)
          this.#wakeIn(this.#facts.endsConnection ? 0 : RESET_MS + 4 * this.#facts.roundTrip);
        return undefined;
      case 'waitForAgreement':
        this.#wakeIn(this.#memory.pause);
        return undefined;
      case 'waitForInformed':
        this.#wakeIn(INFORMED_MS + 4 * this.#facts.roundTrip);
        return undefined;
    }
  }

  /** How long what SCTP has taken needs to arrive, by estimate. */
  #arrivalMs(): number {
    const { sentBytes, buffered, roundTrip } = this.#facts;
    const { mostInFlight } = this.#setting;
    const from = this.#memory.flushFrom;
    // The best estimate is the rate at which the send buffer was emptied; the buffer of a peer that has closed is not
    // emptied.
    const flushed = from ? from.buffered - buffered : 0;
    const rate =
      from && flushed > LEAST_FLUSHED ? flushed / Math.max(1, this.#now - from.at) : ASSUMED_BYTES_PER_MS;
    const byRate = from ? (2 * Math.min(sentBytes, mostInFlight)) / rate : 0;
    return Math.max(LEAST_ARRIVAL_MS, 4 * roundTrip, byRate);
  }

  #wakeIn(ms: number): void {
    this.#memory.wakeAt = this.#now + ms;
  }

  /** Takes in what the peer says; it may say anything. */
  #note({ sent, received, isLast, finals }: Receipt): void {
    this.#memory.hasPeerReceipt = true;
    this.#memory.acknowledged = Math.min(Math.max(this.#memory.acknowledged, received), this.#facts.sent);
    if (!isLast) return;
    this.#memory.peerSent = sent;
    // Where messages overtake each other so do receipts.
    if (isNotBefore(finals, this.#memory.finalsSeen)) this.#memory.finalsSeen = finals;
    this.#memory.peerFinals++;
    this.#memory.owesAnswer = true;
  }

  #receipt(isLast: boolean): EndingCommand {
    const { sent, received, receivedBytes, dropped } = this.#facts;
    const isNews = this.#memory.newsFinal === undefined || this.#memory.reported !== received;
    this.#memory.reported = received;
    this.#memory.reportedBytes = receivedBytes;
    if (isLast) {
      this.#memory.finals++;
      if (isNews) this.#memory.newsFinal = this.#memory.finals % FINALS;
      this.#memory.owesAnswer = false;
    }
    const finals = this.#memory.peerFinals % FINALS;
    return { type: 'sendReceipt', receipt: { sent, received, dropped, isLast, finals } };
  }
}

/** Final receipts are counted in one byte. */
const FINALS = 256;
/** Of two counts of them, which begin again at 0. */
const isNotBefore = (one: number, other: number) => (one - other + FINALS) % FINALS < FINALS / 2;
/** Milliseconds, besides four round trips, that the reset of a stream may take whose messages have all arrived. */
const RESET_MS = 1000;
/**
 * Milliseconds that the answer to a last receipt may take, besides its way: a peer whose event loop is busy for longer
 * counts as unconfirmed what has arrived.
 */
export const INFORMED_MS = 1000;
/** Milliseconds, besides four round trips, that a peer gets to say what arrived of messages that may be lost. */
const LAST_COUNT_MS = 100;
const RECEIPT_EVERY_MS = 1000;
/**
 * Milliseconds that the answer to a reset may take where the peer has answered every message: Chromium leaves some of
 * many resets at once without one.
 */
const ANSWERED_MS = 100;
/**
 * Milliseconds, besides four round trips, after which a reset that the peer has not answered yet is not taken for answered
 * when the connection ends. A peer's library answers by itself, after a round trip; libdatachannel gives a peer up that
 * does not answer after 13 s.
 */
const OVERDUE_MS = 1000;
/** Milliseconds without a message after which a peer that does not answer our reset is not waited for. */
const QUIET_MS = 250;
/** Milliseconds that a peer which may be closing, too, gets to be the first. */
const PEER_FIRST_MS = 10;
/** Bytes from which a rate can be measured. */
const LEAST_FLUSHED = 1024 * 1024;
/** Where no rate was seen; with it a full MiB gets a second. */
const ASSUMED_BYTES_PER_MS = 2000;
/** Milliseconds that unconfirmed data gets to arrive at the least. */
const LEAST_ARRIVAL_MS = 50;
/** In round trips; they vary, and a reset that crosses ours takes half of one. */
const LEAST_ANSWER = 0.75;
