import type { TraceEvent } from '../../diagnostics/event-log.js';
import type { TracedTeardown, TracedWarning } from '../../diagnostics/trace.js';
import type { FeedMessage, NodeFacts, NodeUpdate, Sample } from '../protocol.js';

/** Figures of a member at one time. Messages and bytes are per second. */
export interface Point {
  readonly at: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly messagesSent: number;
  readonly messagesReceived: number;
  readonly bufferedAmount: number;
  /** Milliseconds; -1 where it is not known. */
  readonly rtt: number;
}

/** A member of the tree, as the feed last described it. */
export interface Node extends NodeFacts {
  readonly name: string;
  readonly depth: number;
  readonly children: Node[];
  readonly history: Point[];
  state: string;
  messagesSent: number;
  messagesReceived: number;
  bytesSent: number;
  bytesReceived: number;
  bufferedAmount: number;
  dependsOn: readonly string[];
  rtt: number;
  /** Bytes per second. */
  outRate: number;
  inRate: number;
  /** When the feed first reported it, by the clock of the page; 0 for what was there before. */
  seenAt: number;
}

const MOST_SAMPLES = 360;
const MOST_WARNINGS = 200;
const MOST_TEARDOWNS = 20;
const MOST_EVENTS = 4096;
/** A minute at the default interval. */
const MOST_POINTS = 240;

export type Head = Pick<FeedMessage, 'at' | 'pid' | 'traced' | 'folder' | 'editor' | 'runtime'>;

/** The state of the application, as its feed has described it so far. */
export class LiveModel {
  readonly nodes = new Map<number, Node>();
  roots: Node[] = [];
  samples: Sample[] = [];
  warnings: TracedWarning[] = [];
  teardowns: TracedTeardown[] = [];
  events: TraceEvent[] = [];
  head: Head | undefined;
  /** Members that have sent or received something according to the latest message. */
  #moving = new Set<Node>();

  apply(message: FeedMessage): void {
    if (message.full) {
      this.nodes.clear();
      this.#moving.clear();
      [this.roots, this.samples, this.warnings, this.teardowns, this.events] = [[], [], [], [], []];
    }
    const { at, pid, traced, folder, editor, runtime } = message;
    const seconds = Math.max(0.001, (at - (this.head?.at ?? at - 1000)) / 1000);
    this.head = { at, pid, traced, folder, editor, runtime };
    // The order does not matter: a node below a removed one is not found again.
    for (const id of message.gone) this.#remove(id);
    for (const facts of message.made) this.#add(facts, message.full ? 0 : performance.now());
    const before = this.#moving;
    this.#moving = new Set();
    for (const update of message.updates)
      this.#update(update, at, message.full ? Number.POSITIVE_INFINITY : seconds);
    for (const node of before) {
      if (!this.#moving.has(node)) this.#measure(node, at, [0, 0, 0, 0]);
    }
    this.samples = latest(this.samples, message.samples, MOST_SAMPLES);
    this.warnings = latest(this.warnings, message.warnings, MOST_WARNINGS);
    this.teardowns = latest(this.teardowns, message.teardowns, MOST_TEARDOWNS);
    this.events = latest(this.events, message.events, MOST_EVENTS);
  }

  /** Paths of the members that depend on `path`, so that they are torn down before it. */
  dependentsOf(path: string): string[] {
    return [...this.nodes.values()]
      .filter(({ dependsOn }) => dependsOn.includes(path))
      .map((node) => node.path);
  }

  /** The state as it is copied to the clipboard. */
  toJSON(): object {
    const { head, samples, warnings, teardowns, events } = this;
    return { ...head, scopes: this.roots.map(plainNode), samples, warnings, teardowns, events };
  }

  #remove(id: number): void {
    const node = this.nodes.get(id);
    if (!node) return;
    this.nodes.delete(id);
    this.#moving.delete(node);
    const parent = node.parent === undefined ? undefined : this.nodes.get(node.parent);
    const siblings = parent ? parent.children : this.roots;
    const at = siblings.indexOf(node);
    if (at >= 0) siblings.splice(at, 1);
  }

  #add(facts: NodeFacts, seenAt: number): void {
    const parent = facts.parent === undefined ? undefined : this.nodes.get(facts.parent);
    const node: Node = {
      ...facts,
      name: facts.path.slice(facts.path.lastIndexOf('/') + 1),
      depth: parent ? parent.depth + 1 : 0,
      children: [],
      history: [],
      ...{ state: '', messagesSent: 0, messagesReceived: 0, bytesSent: 0, bytesReceived: 0 },
      ...{ bufferedAmount: 0, dependsOn: [], rtt: -1, outRate: 0, inRate: 0 },
      seenAt,
    };
    this.nodes.set(node.id, node);
    (parent ? parent.children : this.roots).push(node);
  }

  #update(update: NodeUpdate, at: number, seconds: number): void {
    const [
      id,
      state,
      messagesSent,
      messagesReceived,
      bytesSent,
      bytesReceived,
      bufferedAmount,
      dependsOn,
      rtt,
    ] = update;
    const node = this.nodes.get(id);
    if (!node) return;
    const rates = [
      (bytesSent - node.bytesSent) / seconds,
      (bytesReceived - node.bytesReceived) / seconds,
      (messagesSent - node.messagesSent) / seconds,
      (messagesReceived - node.messagesReceived) / seconds,
    ] as const;
    Object.assign(node, { state, messagesSent, messagesReceived, bytesSent, bytesReceived });
    Object.assign(node, { bufferedAmount, dependsOn, rtt });
    this.#measure(node, at, rates);
    if (rates.some((rate) => rate > 0)) this.#moving.add(node);
  }

  #measure(node: Node, at: number, rates: readonly [number, number, number, number]): void {
    const [bytesSent, bytesReceived, messagesSent, messagesReceived] = rates;
    [node.outRate, node.inRate] = [bytesSent, bytesReceived];
    const { bufferedAmount, rtt } = node;
    node.history.push({ at, bytesSent, bytesReceived, messagesSent, messagesReceived, bufferedAmount, rtt });
    if (node.history.length > MOST_POINTS) node.history.shift();
  }
}

function latest<T>(before: T[], more: readonly T[], most: number): T[] {
  return more.length === 0 ? before : [...before, ...more].slice(-most);
}

/** A node without the fields that only the page uses. */
function plainNode(node: Node): object {
  const { path, kind, state, createdAt, place, dependsOn, children, rtt } = node;
  const { messagesSent, messagesReceived, bytesSent, bytesReceived, bufferedAmount } = node;
  const moved = { messagesSent, messagesReceived, bytesSent, bytesReceived, bufferedAmount, rtt };
  return { path, kind, state, createdAt, place, ...moved, dependsOn, children: children.map(plainNode) };
}
