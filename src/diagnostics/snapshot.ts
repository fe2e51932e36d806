import { membersOf, type NodeSnapshot, renderNode } from './node-snapshot.js';
import type { TrafficFigures } from './traffic.js';

export interface RuntimeSnapshot {
  readonly state: 'idle' | 'active' | 'closing';
  readonly generation: number;
  readonly cleanups: number;
  /**
   * Native objects: in use, and closed but kept because the library still points to them; `retainedLimit` of these
   * may stay until cleanup before channels are made so that they need not.
   */
  readonly natives: { readonly held: number; readonly retained: number; readonly retainedLimit: number };
  /** What went through all channels so far, those that have ended included. It never falls. */
  readonly traffic: TrafficFigures;
  readonly scopes: readonly NodeSnapshot[];
}

/** Of a runtime and its `context`. */
export function runtimeSnapshot(
  { state, generation, cleanups }: Pick<RuntimeSnapshot, 'state' | 'generation' | 'cleanups'>,
  { ledger, traffic }: { readonly ledger: Books; readonly traffic: TrafficFigures },
  scopes: readonly NodeSnapshot[],
): RuntimeSnapshot {
  const natives = { held: ledger.held, retained: ledger.retained, retainedLimit: ledger.limit };
  return { state, generation, cleanups, natives, traffic: trafficOf(traffic, scopes), scopes };
}

interface Books {
  readonly held: number;
  readonly retained: number;
  readonly limit: number;
}

/** What the channels below `scopes` have moved, on top of `ended`. */
function trafficOf(ended: TrafficFigures, scopes: readonly NodeSnapshot[]): TrafficFigures {
  let { messagesSent, messagesReceived, bytesSent, bytesReceived } = ended;
  for (const { node } of membersOf(scopes)) {
    // A connection counts the bytes of its channels once more, but no messages.
    if (node.messagesSent === undefined || node.state === 'closed') continue;
    messagesSent += node.messagesSent;
    messagesReceived += node.messagesReceived ?? 0;
    bytesSent += node.bytesSent ?? 0;
    bytesReceived += node.bytesReceived ?? 0;
  }
  return { messagesSent, messagesReceived, bytesSent, bytesReceived };
}

/** The tree for people. */
export function renderSnapshot(snapshot: RuntimeSnapshot): string {
  const { held, retained, retainedLimit } = snapshot.natives;
  const head =
    `scoped-rtc: ${snapshot.state}, generation ${snapshot.generation}, ${snapshot.cleanups} cleanups, ` +
    `${held} natives held, ${retained} of ${retainedLimit} retained`;
  return [head, ...snapshot.scopes.flatMap((scope) => renderNode(scope))].join('\n');
}
