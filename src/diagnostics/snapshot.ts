import type { TrafficFigures } from './traffic.js';
import type { HandleDetails } from './handle-details.js';
import type { HandleFigures } from '../scope/node-behaviour.js';
import type { OwnedNode } from '../scope/node.js';

export interface RuntimeSnapshot {
  readonly state: 'idle' | 'active' | 'closing';
  readonly generation: number;
  readonly cleanups: number;
  /**
   * Native objects: in use, and closed but kept because the library still points to them; `retainedLimit` of these
   * may be kept until cleanup; past it channels are made so that their wrappers can be freed.
   */
  readonly natives: { readonly held: number; readonly retained: number; readonly retainedLimit: number };
  /** What went through all channels so far, those that have ended included. It never falls. */
  readonly traffic: TrafficFigures;
  readonly scopes: readonly NodeSnapshot[];
}

/** A snapshot of a runtime and its `context`. */
export function runtimeSnapshot(
  { state, generation, cleanups }: Pick<RuntimeSnapshot, 'state' | 'generation' | 'cleanups'>,
  { ledger, traffic }: { readonly ledger: LedgerFigures; readonly traffic: TrafficFigures },
  scopes: readonly NodeSnapshot[],
): RuntimeSnapshot {
  const natives = { held: ledger.held, retained: ledger.retained, retainedLimit: ledger.limit };
  return { state, generation, cleanups, natives, traffic: trafficOf(traffic, scopes), scopes };
}

interface LedgerFigures {
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

/** One member of the ownership tree. */
export interface NodeSnapshot extends HandleFigures {
  readonly path: string;
  readonly kind: string;
  /** A handle's state; `live`, `ending` or `ended` for others. */
  readonly state: string;
  /** When it was made, in milliseconds since the epoch; handles only. */
  readonly createdAt?: number;
  /** Milliseconds since then. */
  readonly age?: number;
  /** Where it was made, when `SCOPED_RTC_TRACE=1`. */
  readonly creationStack?: string;
  /** Root scopes: the line that acquired it, as `file:line:column`, where code of the user's was on the stack. */
  readonly acquiredAt?: string;
  /** Only in a snapshot that was taken with details. */
  readonly details?: HandleDetails;
  /** Paths of what is torn down after it. */
  readonly dependsOn: readonly string[];
  readonly children: readonly NodeSnapshot[];
}

// A tree may be deeper than the call stack, so nothing here is recursive.

/** Details of all members, or of the one with that path; they take some native calls for each. */
export type WithDetails = boolean | string;

export function snapshotOf(root: OwnedNode, details: WithDetails = false): NodeSnapshot {
  const now = Date.now();
  const whole = { node: root, into: [] as NodeSnapshot[] };
  const stack = [whole];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, into } = next;
    const children: NodeSnapshot[] = [];
    into.push(one(node, children, details, now));
    const below = [...node.children].filter((child) => child.kind !== 'cleanup');
    for (const child of below.reverse()) stack.push({ node: child, into: children });
  }
  return whole.into[0]!;
}

function one(
  node: OwnedNode,
  children: readonly NodeSnapshot[],
  details: WithDetails,
  now: number,
): NodeSnapshot {
  const description = node.behaviour.describe?.();
  const { createdAt, creationStack, state, ...figures } = description ?? { state: node.phase };
  return {
    path: node.path,
    kind: node.kind,
    state,
    ...(createdAt === undefined ? {} : { createdAt, age: now - createdAt }),
    ...(creationStack === undefined ? {} : { creationStack }),
    ...figures,
    ...(details === true || details === node.path ? { details: node.behaviour.details?.() ?? {} } : {}),
    dependsOn: [...node.dependencies].map((dependency) => dependency.path),
    children,
  };
}

/** Every member of `snapshots` with its owner, owners first. */
export function* membersOf(
  snapshots: readonly NodeSnapshot[],
): Generator<{ readonly node: NodeSnapshot; readonly owner: NodeSnapshot | undefined }, void, undefined> {
  const stack = snapshots.map((node) => ({ node, owner: undefined as NodeSnapshot | undefined })).reverse();
  for (let member = stack.pop(); member; member = stack.pop()) {
    yield member;
    const { node } = member;
    for (const child of node.children.toReversed()) stack.push({ node: child, owner: node });
  }
}

/** Columns. Deeper levels are not indented further: the text of a deep tree would grow with the square of its depth. */
const MOST_INDENT = 300;

/** A member and what it owns, a line each, for people. */
export function renderNode(root: NodeSnapshot, rootName = nameOf(root)): string[] {
  const lines: string[] = [];
  const stack = [{ node: root, name: rootName, first: '', rest: '' }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, name, first, rest } = next;
    lines.push(`${first}${name}  ${node.kind}  ${factsOf(node).join(', ')}`);
    const last = node.children.length - 1;
    for (const [index, child] of [...node.children.entries()].reverse()) {
      const [branch, below] = index === last ? ['└─ ', '   '] : ['├─ ', '│  '];
      stack.push({
        node: child,
        name: nameOf(child),
        first: `${rest}${branch}`,
        rest: rest.length < MOST_INDENT ? `${rest}${below}` : rest,
      });
    }
  }
  return lines;
}

function factsOf(node: NodeSnapshot): string[] {
  const facts = [node.state];
  if (node.age !== undefined) facts.push(`${(node.age / 1000).toFixed(1)} s`);
  if (node.bytesSent) facts.push(`${node.bytesSent} B sent`);
  if (node.bytesReceived) facts.push(`${node.bytesReceived} B received`);
  if (node.bufferedAmount) facts.push(`${node.bufferedAmount} B buffered`);
  if (node.dependsOn.length > 0) facts.push(`before ${node.dependsOn.join(', ')}`);
  return facts;
}

/** What `util.inspect` and `console.log` show of a scope or handle: its whole path, and what it owns. */
export function inspectNode(node: OwnedNode): string {
  return renderNode(snapshotOf(node), node.path).join('\n');
}

function nameOf(node: NodeSnapshot): string {
  return node.path.slice(node.path.lastIndexOf('/') + 1);
}
