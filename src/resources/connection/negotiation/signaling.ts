import type { AnyHandle } from '../../handle.js';
import type { SignalingMessage, SignalingProgress } from './signaling-vocabulary.js';

export type { SignalingCandidate, SignalingMessage, SignalingProgress } from './signaling-vocabulary.js';

/**
 * The way to exactly one peer. Implement it over anything that keeps messages in order and loses none.
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
   * Told which connection negotiates, for a signaling whose handle changes: it calls `connection.dependsOn` with each.
   */
  usedBy?(connection: AnyHandle): void;
  /** How far it has got by now, for errors of a connection that did not come up. */
  readonly progress?: SignalingProgress;
  /** Which side rolls its offer back when both offer at once; see `NegotiateOptions.polite`. */
  readonly polite?: boolean;
}
