import type { AnyHandle } from '../../handle.js';
import type { SignalingCandidate, SignalingMessage, SignalingProgress } from './signaling-vocabulary.js';
import { RtcMessageError } from '../../../errors/rtc-error.js';

export type { SignalingCandidate, SignalingMessage, SignalingProgress } from './signaling-vocabulary.js';

/**
 * The way to exactly one peer. Implement this interface over anything that keeps messages in order and loses none.
 *
 * Messages that come before the first subscriber must wait for it. What `subscribe` hands over need not be
 * checked: whoever negotiates does that, so parsed JSON of an unknown sender may be forwarded as it is.
 */
export interface Signaling {
  /** Sends one message. The next is sent when the promise has resolved; a throw or rejection ends the negotiation. */
  send(message: SignalingMessage): void | Promise<void>;
  /**
   * Calls `onMessage` for every message, in order, until the result is disposed, and `onClosed` once when no more
   * can come, after the last message. There is at most one subscriber at a time.
   */
  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable;
  /** Ends the signaling for both peers. Negotiating never calls it. */
  close(): void | Promise<void>;
  /** The handle that messages go through; a connection that negotiates over it is torn down before it. */
  readonly handle?: AnyHandle;
  /**
   * Called with the connection that negotiates, for a signaling whose handle changes: it calls `connection.dependsOn` with each.
   */
  usedBy?(connection: AnyHandle): void;
  /** How far it has got by now, for errors of a connection that did not come up. */
  readonly progress?: SignalingProgress;
  /** Which side rolls its offer back when both offer at once; see `NegotiateOptions.polite`. */
  readonly polite?: boolean;
}

/**
 * Reads a message that came from the peer, or says in words why it is none. Anything may come.
 *
 * Of the types of a description `rollback` is refused: a peer may only roll back its own offer, and that one is
 * answered in the same turn. (The library would take it in every state, and lose our own offer by it.)
 */
export function readSignalingMessage(message: unknown): SignalingMessage | string {
  if (typeof message !== 'object' || message === null) return `a message that is ${kindOf(message)}`;
  const { description, candidate } = message as { description?: unknown; candidate?: unknown };
  if (description !== undefined && description !== null) return readDescription(description);
  if (candidate === undefined) return 'a message with neither a description nor a candidate';
  return candidate === null ? { candidate } : readCandidate(candidate);
}

function readDescription(description: unknown): SignalingMessage | string {
  if (typeof description !== 'object') return `a description that is ${kindOf(description)}`;
  const { type, sdp } = description as { type?: unknown; sdp?: unknown };
  if (type !== 'offer' && type !== 'answer' && type !== 'pranswer') {
    return 'a description whose type is not offer, answer or pranswer';
  }
  if (typeof sdp !== 'string') return `a description whose sdp is ${kindOf(sdp)}`;
  if (sdp.length > LONGEST_SDP) return `a description of ${sdp.length} characters`;
  return { description: { type, sdp } };
}

function readCandidate(given: unknown): SignalingMessage | string {
  if (typeof given !== 'object' || given === null) return `a candidate that is ${kindOf(given)}`;
  const { candidate, sdpMid, usernameFragment } = given as Record<keyof SignalingCandidate, unknown>;
  if (typeof candidate !== 'string') return `a candidate whose text is ${kindOf(candidate)}`;
  if (candidate.length > LONGEST_CANDIDATE) return `a candidate of ${candidate.length} characters`;
  for (const [name, value] of Object.entries({ sdpMid, usernameFragment })) {
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') return `a candidate whose ${name} is ${kindOf(value)}`;
    if (value.length > LONGEST_CANDIDATE) return `a candidate whose ${name} has ${value.length} characters`;
  }
  return {
    candidate: {
      candidate,
      sdpMid: (sdpMid as string | null | undefined) ?? null,
      usernameFragment: (usernameFragment as string | null | undefined) ?? null,
    },
  };
}

const kindOf = (value: unknown) => (value === null ? 'null' : `of type ${typeof value}`);

/** Characters. As long as the longest message that the library takes by default (256 kB). */
const LONGEST_SDP = 256 * 1024;

/** Characters. A line with all extensions has about 200. */
const LONGEST_CANDIDATE = 2048;

/** Sends one message after the other, each when the one before was taken. */
export class SignalingSender {
  readonly #signaling: Signaling;
  readonly #path: string;
  readonly #failed: (error: unknown) => void;
  #waiting: SignalingMessage[] = [];
  #sending = false;
  #stopped = false;

  /** `failed` is called once; nothing is sent after that. */
  constructor(signaling: Signaling, path: string, failed: (error: unknown) => void) {
    this.#signaling = signaling;
    this.#path = path;
    this.#failed = failed;
  }

  /** Every message was accepted. */
  get idle(): boolean {
    return !this.#sending && this.#waiting.length === 0;
  }

  send(message: SignalingMessage): void {
    if (this.#stopped) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#fail(
        new RtcMessageError('RTC_OVERFLOW', `the signaling does not keep up: ${MOST_WAITING} messages wait`, {
          path: this.#path,
        }),
      );
      return;
    }
    this.#waiting.push(message);
    if (!this.#sending) void this.#work();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #work(): Promise<void> {
    this.#sending = true;
    try {
      for (let next = this.#waiting.shift(); next && !this.#stopped; next = this.#waiting.shift()) {
        const sent = this.#signaling.send(next);
        if (sent) await sent;
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#sending = false;
    }
  }

  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#failed(error);
  }
}

/** A negotiation has a few dozen. */
const MOST_WAITING = 1024;
