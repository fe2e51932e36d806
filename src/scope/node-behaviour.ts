import type { ConnectionProgress } from '../errors/rtc-error.js';
import type { Deadline } from '../time/deadline.js';
import type { Loss } from './teardown-report.js';

/** Why a node is being torn down. */
export type TeardownCause = 'local' | 'remote' | 'owner' | 'error';

/** Figures of a handle for snapshots. */
export interface HandleFigures {
  /** Channels: messages that `send` accepted and that reached the process. */
  readonly messagesSent?: number;
  readonly messagesReceived?: number;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly bufferedAmount?: number;
  /** Connections: round-trip time in milliseconds, as SCTP measures it. */
  readonly rtt?: number;
  /** Connections that are not up yet: how far they have got. */
  readonly progress?: ConnectionProgress;
}

/** A member of the tree as a snapshot describes it; scopes and user entries have fewer fields than handles. */
export interface NodeDescription extends HandleFigures {
  readonly state: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  /** Stack of the creation; kept when `SCOPED_RTC_TRACE=1`. */
  readonly creationStack?: string | undefined;
}

/**
 * How a member takes its turn among its siblings in a teardown: `alone`, a user's disposer, never at the same time as a
 * neighbour; `beside`, a fork, at the same time as neighbours that are forks; `first`, before all others. `undefined`
 * for handles: neighbours drain together and are released one by one.
 */
export type Turn = 'alone' | 'beside' | 'first';

/** What a member of the tree does when it is torn down. Each is called at most once, in this order. */
export interface NodeBehaviour {
  /**
   * Milliseconds that a teardown of this member, or one that is started below it, may take by default. Only scopes have
   * it.
   */
  readonly teardownTimeout?: number;
  readonly turn?: Turn;
  /** Synchronous: refuse new work, abort the signal. */
  begin?(cause: TeardownCause): void;
  /** Waits until messages that are on their way have arrived. Must end by itself when the deadline passes. */
  drain?(deadline: Deadline): Promise<void> | undefined;
  /** Gives the native object back. `false`: the deadline passed before the end was confirmed. */
  release(deadline: Deadline): Promise<boolean> | boolean;
  /** Messages that were lost or not confirmed; known once the node was released. */
  loss?(): Loss;
  /** A handle that this one owns has closed, with `loss`. */
  ownedClosed?(loss: Loss): void;
  /** True for a member that has done nothing which belongs in the report. */
  unreported?(): boolean;
  /** Called after the node was released and taken out of the tree. */
  afterEnd?(): void;
  /** The native object was destroyed by other code: ends the node because of `error`. */
  kill?(error: Error): void;
  /** The reason that was given for the end of the node, if any; what the node owns ends with the same reason. */
  reason?(): unknown;
  /** Describes the node for a snapshot. */
  describe?(): NodeDescription;
  /** What a snapshot with details has in addition. */
  details?(): object;
}
