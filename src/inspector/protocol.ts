import type { TraceEvent } from '../diagnostics/event-log.js';
import type { HandleDetails } from '../diagnostics/handle-details.js';
import type { RuntimeSnapshot } from '../diagnostics/snapshot.js';
import type { TracedTeardown, TracedWarning } from '../diagnostics/trace.js';

/** The properties of a member of the tree that never change. */
export interface NodeFacts {
  /** Grows in the order of creation. */
  readonly id: number;
  readonly parent: number | undefined;
  readonly path: string;
  readonly kind: string;
  /** Milliseconds since the Unix epoch; handles only. */
  readonly createdAt?: number | undefined;
  /** `file:line:column` of its creation, when `SCOPED_RTC_TRACE` is 1. */
  readonly place?: string | undefined;
}

/**
 * The properties that change: `[id, state, messages sent, messages received, bytes sent, bytes received, bytes
 * buffered, depends on, round-trip time or -1]`. An array, because 2000 of them may be sent four times a second.
 */
export type NodeUpdate = readonly [
  id: number,
  state: string,
  messagesSent: number,
  messagesReceived: number,
  bytesSent: number,
  bytesReceived: number,
  bufferedAmount: number,
  dependsOn: readonly string[],
  rtt: number,
];

/** One point of the plots. Rates are per second; `threads` is -1 where the system does not show them. */
export interface Sample {
  readonly at: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly messagesSent: number;
  readonly messagesReceived: number;
  readonly threads: number;
  readonly handles: number;
}

export type RuntimeFacts = Omit<RuntimeSnapshot, 'scopes'> & { readonly threadNames: readonly string[] };

/** The response to `member?path=…`. */
export interface MemberMessage {
  readonly path: string;
  readonly details: HandleDetails;
}

/** The changes since the previous message. The first message has the whole state. */
export interface FeedMessage {
  /** The message has the whole state, and replaces all earlier ones. */
  readonly full: boolean;
  readonly at: number;
  readonly pid: number;
  readonly traced: boolean;
  /** The working directory of the process, to which relative locations refer. */
  readonly folder: string;
  /** The URL that opens a source location in an editor, with the placeholders `{file}`, `{line}` and `{column}`. */
  readonly editor: string | undefined;
  readonly runtime: RuntimeFacts;
  readonly made: readonly NodeFacts[];
  readonly updates: readonly NodeUpdate[];
  readonly gone: readonly number[];
  readonly samples: readonly Sample[];
  readonly warnings: readonly TracedWarning[];
  readonly teardowns: readonly TracedTeardown[];
  readonly events: readonly TraceEvent[];
}
