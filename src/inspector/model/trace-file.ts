import type { HandleDetails } from '../../diagnostics/handle-details.js';
import type { RuntimeTrace } from '../../diagnostics/runtime-trace.js';
import type { FeedMessage, NodeFacts, NodeUpdate } from '../protocol.js';

/** A saved trace, in the form of a message from a running program. */
export interface OpenedTrace {
  readonly message: FeedMessage;
  readonly details: ReadonlyMap<string, HandleDetails>;
  readonly process: RuntimeTrace['process'];
  readonly forgotten: number;
}

/** Reads a file that may come from anywhere. Throws an `Error` that says what is wrong with it. */
export function openTrace(text: string): OpenedTrace {
  let trace: RuntimeTrace;
  try {
    trace = JSON.parse(text) as RuntimeTrace;
  } catch {
    throw new Error('This file is no JSON.');
  }
  if ((trace as RuntimeTrace | null)?.format !== 'scoped-rtc trace') {
    throw new Error('This is not a trace: runtime.trace() makes one.');
  }
  if (trace.version !== 1)
    throw new Error(`This page does not know version ${String(trace.version)} of traces.`);
  try {
    return read(trace);
  } catch {
    throw new Error('This trace is damaged.');
  }
}

function read({
  madeAt,
  process,
  forgotten,
  events,
  warnings,
  teardowns,
  snapshot,
}: RuntimeTrace): OpenedTrace {
  const { scopes, ...runtime } = snapshot;
  const details = new Map<string, HandleDetails>();
  const made: NodeFacts[] = [];
  const updates: NodeUpdate[] = [];
  const places = new Map<string | undefined, string>();
  for (const { path, place } of events) if (place !== undefined && !places.has(path)) places.set(path, place);
  // A stack, not recursion: a tree may be deeper than the call stack.
  const left = scopes.map((node) => ({ node, parent: undefined as number | undefined })).reverse();
  for (let next = left.pop(); next; next = left.pop()) {
    const { node, parent } = next;
    const id = made.length + 1;
    const { path, kind, state, createdAt, acquiredAt } = node;
    made.push({ id, parent, path, kind, createdAt, place: places.get(path) ?? acquiredAt });
    const { messagesSent = 0, messagesReceived = 0, bytesSent = 0, bytesReceived = 0 } = node;
    const { bufferedAmount = 0, dependsOn, rtt = -1 } = node;
    updates.push([
      id,
      state,
      messagesSent,
      messagesReceived,
      bytesSent,
      bytesReceived,
      bufferedAmount,
      dependsOn,
      rtt,
    ]);
    if (node.details) details.set(path, node.details);
    for (const child of node.children.toReversed()) left.push({ node: child, parent: id });
  }
  const message: FeedMessage = {
    ...{ full: true, at: madeAt, pid: process.pid, traced: true, folder: '', editor: undefined },
    ...{ runtime: { ...runtime, threadNames: [] }, made, updates, gone: [], samples: [] },
    ...{ warnings: [...warnings], teardowns: [...teardowns], events: [...events] },
  };
  return { message, details, process, forgotten };
}
