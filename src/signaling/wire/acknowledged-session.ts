import { RtcClosedError, RtcInvalidStateError, RtcMessageError } from '../../errors/rtc-error.js';
import type { Clock } from '../../time/clock.js';
import type { Backoff } from './backoff.js';
import { type Frame, PROTOCOL_VERSION, readFrame, writeFrame } from './frame.js';
import { Incoming, type MessageConsumer } from './incoming.js';
import { isTooDeep, MOST_MESSAGE_LEVELS } from './json.js';
import type { MessageTransport } from './message-transport.js';
import { Outgoing, type OutgoingLimits } from './outgoing.js';
import { RateBound } from './rate-bound.js';

/** How an acknowledged channel ended. */
export interface AcknowledgedEnd {
  /** `local`: by `close()` or `abort()`. `remote`: the peer closed it. `error`: `reason` says why. */
  readonly by: 'local' | 'remote' | 'error';
  readonly reason?: unknown;
  /** Messages that the peer did not acknowledge, plus messages that nobody here took. */
  readonly undelivered: number;
}

export interface SessionOwner {
  readonly path: string;
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly outbox: OutgoingLimits;
  readonly maxMessageSize: number;
  /** Calls back when everything that has arrived so far has been handed over. */
  afterTurn(callback: () => void): unknown;
  /** A listener of the application threw. */
  uncaught(error: unknown): void;
  detached(reason: unknown): void;
  ended(end: AcknowledgedEnd): void;
}

interface Attachment {
  readonly transport: MessageTransport;
  subscription?: Disposable;
}

/**
 * One end of acknowledged messages, for Node.js and browsers: numbers messages, repeats, acknowledges and hands them
 * over. `docs/protocol.md` has the rules.
 */
export class AcknowledgedSession {
  readonly #owner: SessionOwner;
  readonly #session: string = crypto.randomUUID();
  readonly incoming: Incoming;
  readonly #outgoing: Outgoing;
  #attachment: Attachment | undefined;
  #peer: string | undefined;
  #isOver = false;
  #answerDue = false;
  /** Of answers to frames for another session. */
  readonly #answers = new RateBound();
  readonly #resends = new RateBound();

  constructor(owner: SessionOwner) {
    this.#owner = owner;
    this.incoming = new Incoming({
      changed: () => this.#answer(),
      uncaught: (error) => owner.uncaught(error),
    });
    this.#outgoing = new Outgoing(
      {
        path: owner.path,
        ready: () => this.attached,
        transmit: (n, json) => this.#transmit(writeFrame(this.#head(), n, json)),
      },
      owner.clock,
      owner.backoff,
      owner.outbox,
    );
  }

  /** The session has a transport that has not ended. */
  get attached(): boolean {
    return this.#attachment !== undefined;
  }

  /** Messages sent that the peer's application does not have. */
  get pending(): number {
    return this.#outgoing.pending;
  }

  /** Resolves when nothing is pending, or the session has ended. */
  emptied(): Promise<void> {
    return this.#outgoing.emptied();
  }

  /** Resolves when the peer's application has the message. `json` is its text, with that many bytes. */
  send(json: string, byteLength: number): Promise<void> {
    const { maxMessageSize, path } = this.#owner;
    const problem =
      byteLength > maxMessageSize
        ? `has ${byteLength} bytes, the limit is ${maxMessageSize}`
        : isTooDeep(json, MOST_MESSAGE_LEVELS)
          ? `has more than ${MOST_MESSAGE_LEVELS} levels of objects and arrays`
          : undefined;
    if (problem) throw new RtcMessageError('RTC_MESSAGE_TOO_LARGE', `the message ${problem}`, { path });
    return this.#outgoing.add(json, byteLength);
  }

  subscribe(onMessage: MessageConsumer, onClosed: (reason?: unknown) => void): Disposable {
    const subscription = this.incoming.consume(onMessage, onClosed);
    if (subscription) return subscription;
    throw new RtcInvalidStateError('the channel has a subscriber already', { path: this.#owner.path });
  }

  /** Goes on over this transport. Has none where it cannot be subscribed to. */
  attach(transport: MessageTransport): void {
    this.#detach(); // first: it may be the same one again, which has one subscriber at a time
    const attachment: Attachment = { transport };
    const isCurrent = () => this.#attachment === attachment;
    this.#attachment = attachment;
    try {
      attachment.subscription = transport.subscribe(
        (message) => {
          if (isCurrent()) this.#receive(message);
        },
        (reason) => this.#lost(attachment, reason),
      );
    } catch (error) {
      if (isCurrent()) this.#attachment = undefined;
      throw error;
    }
    if (!isCurrent()) {
      this.#leave(attachment); // it ended within the call, or a message did it
      return;
    }
    this.#transmit(writeFrame({ ...this.#head(), hi: true }));
    this.#outgoing.resume();
  }

  /** Ends it. What waits for an acknowledgement rejects with `error`; default: `RTC_UNDELIVERED`. */
  end(by: AcknowledgedEnd['by'], reason: unknown, error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (by === 'local') this.#transmit(writeFrame({ ...this.#head(), end: true }));
    this.#answerDue = false;
    this.#detach();
    const unsent = this.#outgoing.pending;
    this.#outgoing.end(
      by === 'local' && error !== undefined
        ? error
        : new RtcMessageError('RTC_UNDELIVERED', 'the channel ended before the peer had the message', {
            path: this.#owner.path,
            ...(reason === undefined ? {} : { cause: reason }),
          }),
    );
    this.incoming.end(reason, error);
    const undelivered = unsent + this.incoming.untaken;
    this.#owner.ended(reason === undefined ? { by, undelivered } : { by, reason, undelivered });
  }

  /** Ends it by an error of its own. */
  fail(message: string): void {
    const error = new RtcClosedError('RTC_CLOSED', message, { path: this.#owner.path });
    this.end('error', error, error);
  }

  #detach(): void {
    const before = this.#attachment;
    this.#attachment = undefined;
    this.#outgoing.pause();
    this.#leave(before);
  }

  #leave(attachment: Attachment | undefined): void {
    try {
      attachment?.subscription?.[Symbol.dispose]();
    } catch (error) {
      this.#owner.uncaught(error);
    }
  }

  #lost(attachment: Attachment, reason: unknown): void {
    if (this.#attachment !== attachment) return;
    this.#detach();
    this.#owner.detached(reason);
  }

  #receive(given: unknown): void {
    const frame = readFrame(given);
    if (frame === undefined) return; // not ours; whoever sends it harms only what it says itself
    if (typeof frame === 'number') {
      this.fail(`the peer speaks version ${frame} of the protocol, not ${PROTOCOL_VERSION}`);
      return;
    }
    if (frame.p !== undefined && frame.p !== this.#session) {
      // Meant for one that was here before us: let the peer see that it is gone.
      if (this.#answers.allows(this.#owner.clock.now())) {
        this.#transmit(writeFrame({ s: this.#session, got: 0, had: 0, hi: true }));
      }
      return;
    }
    if (this.#peer !== undefined && this.#peer !== frame.s) {
      this.fail(STARTED_ANEW);
      return;
    }
    // The first word of a session that does not know this one: its end was meant for the one that was here before.
    if (frame.end && !(frame.p ?? this.#peer)) return;
    this.#peer = frame.s;
    this.#take(frame);
  }

  #take(frame: Frame): void {
    // One that does not know us yet can say nothing of our messages.
    if (frame.p !== undefined && !this.#outgoing.confirmed(frame.got, frame.had)) return;
    if (frame.hi) {
      this.#answer();
      if (this.#resends.allows(this.#owner.clock.now())) this.#outgoing.resume();
    }
    if (frame.n !== undefined) this.incoming.accept(frame.n, frame.m);
    if (frame.end) this.end('remote', undefined);
  }

  /** Once for everything that came within a turn; a message that goes out meanwhile carries it. */
  #answer(): void {
    if (this.#answerDue) return;
    this.#answerDue = true;
    this.#owner.afterTurn(() => {
      if (this.#answerDue) this.#transmit(writeFrame(this.#head()));
    });
  }

  #head(): Frame {
    const { got, had } = this.incoming;
    return { s: this.#session, p: this.#peer, got, had };
  }

  #transmit(text: string): void {
    this.#answerDue = false;
    try {
      const sent = this.#attachment?.transport.send(text);
      if (sent) sent.catch((error: unknown) => this.#notSent(error));
    } catch (error) {
      this.#notSent(error);
    }
  }

  /** A transport that cannot send is about to say that it closed; one that never will take it is a mistake. */
  #notSent(error: unknown): void {
    if ((error as { code?: unknown } | undefined)?.code === 'RTC_MESSAGE_TOO_LARGE') {
      this.end('error', error, error);
    }
  }
}

/** Why a session ends whose peer has another one. */
export const STARTED_ANEW = 'the peer started anew; what it had of the messages before is not known';
