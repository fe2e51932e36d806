import { RUNTIME_TRACE, type Trace } from '../diagnostics/trace.js';
import type { TrafficFigures } from '../diagnostics/traffic.js';
import type { RtcRuntime } from '../runtime/rtc-runtime.js';
import type { FeedMessage, RuntimeFacts, Sample, NodeFacts, NodeUpdate } from './protocol.js';
import { placeOf } from '../diagnostics/creation-place.js';
import { membersOf, type NodeSnapshot } from '../diagnostics/snapshot.js';

/** A minute and a half at the default interval. */
const MOST_SAMPLES = 360;

/**
 * Takes snapshots of a runtime on request, and describes what has changed. Events, warnings and teardowns are recorded
 * from the start, because a page is usually opened for what has happened before.
 */
export class Feed implements Disposable {
  readonly #runtime: RtcRuntime;
  readonly #trace: Trace;
  readonly #editor: string | undefined;
  readonly #tree = new TreeFeed();
  readonly #samples: Sample[] = [];
  readonly #recorder: Disposable;
  /** Number of the latest event that was sent. */
  #sent = 0;
  #lastTraffic: (TrafficFigures & { readonly at: number }) | undefined;
  #facts: RuntimeFacts | undefined;

  constructor(runtime: RtcRuntime, editor: string | undefined) {
    this.#runtime = runtime;
    this.#editor = editor;
    this.#trace = runtime[RUNTIME_TRACE];
    this.#recorder = this.#trace.record();
  }

  /** The changes since the previous call. */
  next(): FeedMessage {
    const at = Date.now();
    const { scopes, ...runtime } = this.#runtime.snapshot();
    const threads = this.#runtime.threads();
    const change = this.#tree.change(scopes);
    this.#facts = { ...runtime, threadNames: threads.names };
    const sample = this.#sample(at, runtime.traffic, threads.supported ? threads.count : -1);
    this.#samples.push(sample);
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift();
    const sent = this.#sent;
    this.#sent = this.#trace.count;
    return { ...this.#head(at, false), ...change, samples: [sample], ...this.#happened(sent) };
  }

  /** The whole state as of the latest `next()`. */
  whole(): FeedMessage {
    if (!this.#facts) this.next();
    const head = this.#head(Date.now(), true);
    return { ...head, ...this.#tree.whole(), samples: this.#samples, ...this.#happened(0) };
  }

  /** No page is open for a while: the next sample must not be a rate over that time. */
  pause(): void {
    this.#lastTraffic = undefined;
  }

  [Symbol.dispose](): void {
    this.#recorder[Symbol.dispose]();
  }

  /** What was recorded after event number `after`, up to the event that was sent last. */
  #happened(after: number): Pick<FeedMessage, 'events' | 'warnings' | 'teardowns'> {
    const isFresh = ({ n }: { readonly n: number }) => n > after && n <= this.#sent;
    return {
      events: this.#trace.eventsAfter(after).filter(isFresh),
      warnings: this.#trace.warnings.filter(isFresh),
      teardowns: this.#trace.teardowns.filter(isFresh),
    };
  }

  #head(at: number, full: boolean) {
    const traced = process.env.SCOPED_RTC_TRACE === '1';
    const runtime = this.#facts as RuntimeFacts;
    return { full, at, pid: process.pid, traced, folder: process.cwd(), editor: this.#editor, runtime };
  }

  #sample(at: number, traffic: TrafficFigures, threads: number): Sample {
    const last = this.#lastTraffic;
    const seconds = last ? Math.max(1, at - last.at) / 1000 : 1;
    const rate = (figure: keyof TrafficFigures) =>
      last ? Math.max(0, traffic[figure] - last[figure]) / seconds : 0;
    this.#lastTraffic = { ...traffic, at };
    return {
      at,
      bytesSent: rate('bytesSent'),
      bytesReceived: rate('bytesReceived'),
      messagesSent: rate('messagesSent'),
      messagesReceived: rate('messagesReceived'),
      threads,
      handles: this.#tree.handles,
    };
  }
}

interface Known {
  readonly facts: NodeFacts;
  update: NodeUpdate;
  seen: number;
}

export interface TreeChange {
  readonly made: readonly NodeFacts[];
  readonly updates: readonly NodeUpdate[];
  readonly gone: readonly number[];
}

/** Remembers the tree of the latest snapshot, and describes the difference to the next one. */
export class TreeFeed {
  readonly #known = new Map<string, Known>();
  #round = 0;
  #lastId = 0;

  /** Number of handles (members with an age) in the latest snapshot. */
  get handles(): number {
    let count = 0;
    for (const { facts } of this.#known.values()) if (facts.createdAt !== undefined) count++;
    return count;
  }

  change(scopes: readonly NodeSnapshot[]): TreeChange {
    const change = { made: [] as NodeFacts[], updates: [] as NodeUpdate[], gone: [] as number[] };
    this.#round++;
    for (const { node, owner } of membersOf(scopes)) {
      this.#see(node, owner && this.#known.get(owner.path)?.facts.id, change);
    }
    for (const [path, { facts, seen }] of this.#known) {
      if (seen === this.#round) continue;
      this.#known.delete(path);
      change.gone.push(facts.id);
    }
    return change;
  }

  /** The tree of the latest snapshot, as a change from an empty tree. */
  whole(): TreeChange {
    const known = [...this.#known.values()].sort((a, b) => a.facts.id - b.facts.id);
    return { made: known.map(({ facts }) => facts), updates: known.map(({ update }) => update), gone: [] };
  }

  #see(
    node: NodeSnapshot,
    parent: number | undefined,
    change: { made: NodeFacts[]; updates: NodeUpdate[]; gone: number[] },
  ): void {
    const { path, kind, createdAt } = node;
    let known = this.#known.get(path);
    if (known && !sameNode(known.facts, node, parent)) {
      change.gone.push(known.facts.id);
      known = undefined;
    }
    const id = known?.facts.id ?? ++this.#lastId;
    const update: NodeUpdate = [
      id,
      node.state,
      node.messagesSent ?? 0,
      node.messagesReceived ?? 0,
      node.bytesSent ?? 0,
      node.bytesReceived ?? 0,
      node.bufferedAmount ?? 0,
      node.dependsOn,
      node.rtt ?? -1,
    ];
    if (!known) {
      const place = placeOf(node.creationStack) ?? node.acquiredAt;
      const facts: NodeFacts = { id, parent, path, kind, createdAt, place };
      this.#known.set(path, { facts, update, seen: this.#round });
      change.made.push(facts);
      change.updates.push(update);
    } else {
      known.seen = this.#round;
      if (!sameFigures(known.update, update)) {
        known.update = update;
        change.updates.push(update);
      }
    }
  }
}

/** A path may be reused when its handle is gone, so the path alone does not identify a member. */
function sameNode(facts: NodeFacts, node: NodeSnapshot, parent: number | undefined): boolean {
  return facts.kind === node.kind && facts.parent === parent && facts.createdAt === node.createdAt;
}

function sameFigures(a: NodeUpdate, b: NodeUpdate): boolean {
  for (const [index, figure] of a.entries()) if (index !== 7 && figure !== b[index]) return false;
  const before = a[7];
  const after = b[7];
  return before.length === after.length && before.every((path, index) => path === after[index]);
}
