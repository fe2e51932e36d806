import type { TraceEvent } from '../diagnostics/event-log.js';
import type { HandleDetails } from '../diagnostics/handle-details.js';
import type { RuntimeSnapshot } from '../diagnostics/snapshot.js';
import type { TracedTeardown, TracedWarning } from '../diagnostics/trace.js';

/** What the page knows of a member of the tree that does not change while it lives. */
export interface NodeFacts {
  /** Grows in the order of creation. */
  readonly id: number;
  readonly parent: number | undefined;
  readonly path: string;
  readonly kind: string;
  /** Milliseconds since the epoch; handles only. */
  readonly createdAt?: number | undefined;
  /** `file:line:column`, when traced. */
  readonly place?: string | undefined;
}

/**
 * What changes: `[id, state, messages sent, messages received, bytes sent, bytes received, bytes buffered,
 * depends on, round-trip time or -1]`. An array, because 2000 of them may travel four times a second.
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

/** One point of the plots; rates are per second. `threads` is -1 where they cannot be seen. */
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

/** What `member?path=…` answers with. */
export interface MemberMessage {
  readonly path: string;
  readonly details: HandleDetails;
}

/** The difference to the message before; the first one has everything. */
export interface FeedMessage {
  /** True for the first message, and for one after which nothing that came before counts. */
  readonly full: boolean;
  readonly at: number;
  readonly pid: number;
  readonly traced: boolean;
  /** What relative places are relative to. */
  readonly folder: string;
  /** The URL that opens a place in an editor, with `{file}`, `{line}` and `{column}` in it. */
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
