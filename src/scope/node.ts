import type { ConnectionProgress } from '../errors/rtc-error.js';
import type { Deadline } from '../time/deadline.js';
import type { Loss } from './teardown-report.js';

/**
 * The end of a node, shared by everybody who waits for it.
 *
 * The caller that starts the teardown gets its error; every other caller waits for the same end without one.
 */
export class Ending {
  #settle: (() => void) | undefined;
  #settled: Promise<void> | undefined;
  #listener: (() => void) | undefined;
  #done = false;
  /** The bound that the teardown of this node obeys, and of what it owns; forcing it forces these. */
  deadline: Deadline | undefined;
  /** The promise that the caller which started the teardown got; it rejects with the errors. */
  started: Promise<void> | undefined;

  get done(): boolean {
    return this.#done;
  }

  /** Resolves, never rejects, when the node has ended. */
  get settled(): Promise<void> {
    this.#settled ??= this.#done
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#settle = resolve;
        });
    return this.#settled;
  }

  /** Calls `listener` synchronously when the node ends. Every handle needs this, and a promise would cost more. */
  onSettled(listener: () => void): void {
    this.#listener = listener;
  }

  settle(): void {
    this.#done = true;
    this.#listener?.();
    this.#settle?.();
  }
}

/** Why a node is being torn down. */
export type TeardownCause = 'local' | 'remote' | 'owner' | 'error';

/** The phase of a node. It only moves forward. */
export type NodePhase = 'live' | 'ending' | 'ended';

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

/** What a snapshot says of a member of the tree; scopes and user entries say less than handles. */
export interface NodeDescription extends HandleFigures {
  readonly state: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Where it was made; kept when `SCOPED_RTC_TRACE=1`. */
  readonly creationStack?: string | undefined;
}

/**
 * How a member takes its turn among its siblings in a teardown: `alone`, a user's disposer, never at the same time as a
 * neighbour; `beside`, a fork, at the same time as neighbours that are forks; `first`, before all others. Handles say
 * nothing: neighbours drain together and are released one by one.
 */
export type Turn = 'alone' | 'beside' | 'first';

/** What a member of the tree does when it is torn down. Each is called at most once, in this order. */
export interface NodeBehaviour {
  /**
   * Milliseconds that a teardown of it, or one that is started below it, may take by default; scopes
   * have one.
   */
  readonly teardownTimeout?: number;
  readonly turn?: Turn;
  /** Synchronous: refuse new work, abort the signal. */
  begin?(cause: TeardownCause): void;
  /** Waits until what is under way has arrived. Must end by itself when the deadline passes. */
  drain?(deadline: Deadline): Promise<void> | undefined;
  /** Gives the native object back. `false`: the deadline passed before the end was confirmed. */
  release(deadline: Deadline): Promise<boolean> | boolean;
  /** What was lost or not confirmed, known once the node was released. */
  loss?(): Loss;
  /** True for a member that did nothing worth a line in the report. */
  unreported?(): boolean;
  /** Called after the node was released and taken out of the tree. */
  afterEnd?(): void;
  /** The native object was destroyed from outside this package: the node is to end because of `error`. */
  kill?(error: Error): void;
  /** The reason that was given for its end, if any; what it owns ends with the same reason. */
  reason?(): unknown;
  /** What a snapshot says of it. */
  describe?(): NodeDescription;
  /** What a snapshot says of it in addition when it is taken with details. */
  details?(): object;
}

/**
 * A member of the ownership tree: a scope, a handle or a user's disposer.
 *
 * The parent holds its children strongly (H2, H3) and in the order of their creation.
 */
export class OwnedNode {
  readonly kind: string;
  readonly name: string;
  readonly behaviour: NodeBehaviour;
  readonly ending = new Ending();
  #phase: NodePhase = 'live';
  #ownerEnds = false;
  #parent: OwnedNode | undefined;
  #children: Set<OwnedNode> | undefined;
  /** The names of `#children`. */
  #names: SiblingNames | undefined;
  /** The name as a path shows it, and the number that distinguishes it from siblings of the same name. */
  readonly #segment: string;
  #number = 1;
  /** Kept until an owner changes hands: a walk to the root for each path would be quadratic in a deep tree. */
  #path: string | undefined;
  /** Siblings that are torn down after this one. */
  #dependencies: Set<OwnedNode> | undefined;
  /** Siblings that are torn down before this one. */
  #dependents: Set<OwnedNode> | undefined;

  constructor(name: string, kind: string, behaviour: NodeBehaviour) {
    this.name = name;
    this.kind = kind;
    this.behaviour = behaviour;
    this.#segment = pathSegment(name);
  }

  get phase(): NodePhase {
    return this.#phase;
  }

  get parent(): OwnedNode | undefined {
    return this.#parent;
  }

  get path(): string {
    if (this.#path !== undefined) return this.#path;
    const unknown: OwnedNode[] = [];
    for (let node: OwnedNode | undefined = this; node && node.#path === undefined; node = node.#parent) {
      unknown.push(node);
    }
    for (const node of unknown.reverse()) {
      const name = uniqueName(node.#segment, node.#number);
      node.#path = node.#parent ? `${node.#parent.#path}/${name}` : name;
    }
    return this.#path!;
  }

  get children(): Iterable<OwnedNode> & { readonly size: number } {
    return this.#children ?? NO_NODES;
  }

  get dependents(): Iterable<OwnedNode> {
    return this.#dependents ?? NO_NODES;
  }

  get dependencies(): Iterable<OwnedNode> {
    return this.#dependencies ?? NO_NODES;
  }

  /** The bound of the nearest owner that has one. */
  get inheritedTimeout(): number | undefined {
    for (let node: OwnedNode | undefined = this; node; node = node.#parent) {
      if (node.behaviour.teardownTimeout !== undefined) return node.behaviour.teardownTimeout;
    }
    return undefined;
  }

  /** True when a teardown of this node or of one of its owners has begun. */
  get inTeardown(): boolean {
    return this.#phase !== 'live' || this.#ownerEnds;
  }

  /** A teardown of an owner has begun. Kept here: a walk to the root for each new member would be quadratic. */
  markOwnerEnds(): void {
    this.#ownerEnds = true;
  }

  /** Makes `child` this node's newest child. A child that has an owner already changes hands. */
  adoptNode(child: OwnedNode): void {
    child.#leaveParent();
    child.#forgetPaths();
    this.#children ??= new Set();
    this.#names ??= new SiblingNames();
    child.#number = this.#names.claim(child.#segment);
    child.#parent = this;
    child.#ownerEnds = this.inTeardown;
    this.#children.add(child);
  }

  /** Gives all children, with the order between them, to `heir`, which takes this node's place in its owner. */
  handOver(heir: OwnedNode): void {
    heir.#path = this.path;
    for (const child of this.children) child.#parent = heir;
    heir.#children = this.#children;
    heir.#names = this.#names;
    this.#children = undefined;
    this.#names = undefined;
    for (const node of this.dependencies) heir.addDependency(node);
    for (const node of this.dependents) node.addDependency(heir);
    const parent = this.#parent;
    if (!parent) return;
    heir.#number = this.#number;
    heir.#parent = parent;
    // A set keeps the order of insertion, and that order is the order of creation.
    parent.#children = new Set([...parent.children].map((node) => (node === this ? heir : node)));
    this.#parent = undefined;
    this.#cutDependencies();
  }

  /** Records that this node is torn down before `sibling`. */
  addDependency(sibling: OwnedNode): void {
    this.#dependencies ??= new Set();
    this.#dependencies.add(sibling);
    sibling.#dependents ??= new Set();
    sibling.#dependents.add(this);
  }

  /** Claims the node for one teardown, which obeys `deadline`; only the first claim is granted. */
  claim(deadline?: Deadline): boolean {
    if (this.#phase !== 'live') return false;
    this.#phase = 'ending';
    this.ending.deadline = deadline;
    return true;
  }

  /** Cuts every link, once, from whichever side ends first; a long-lived owner does not grow. */
  markEnded(): void {
    this.#phase = 'ended';
    this.#leaveParent();
  }

  #leaveParent(): void {
    const parent = this.#parent;
    if (!parent) return;
    this.#path = this.path;
    parent.#children?.delete(this);
    parent.#names?.release(this.#segment, this.#number);
    this.#parent = undefined;
    this.#cutDependencies();
  }

  #forgetPaths(): void {
    const stale: OwnedNode[] = [this];
    for (const node of stale) {
      node.#path = undefined;
      for (const child of node.children) stale.push(child);
    }
  }

  #cutDependencies(): void {
    for (const node of this.dependencies) node.#dependents?.delete(this);
    for (const node of this.dependents) node.#dependencies?.delete(this);
    this.#dependencies = undefined;
    this.#dependents = undefined;
  }
}

const NO_NODES: ReadonlySet<OwnedNode> = new Set();
/** Where a scope or handle keeps its node: reachable for the package, not part of the public types. */
export const TREE_NODE: unique symbol = Symbol('scoped-rtc.node');

export interface InTree {
  /** @internal */
  readonly [TREE_NODE]: OwnedNode;
}

/** The numbers that one name has among siblings: 1 for the first of that name, 2 for `name#2`, and so on. */
interface Numbers {
  /** Siblings that have the name now. */
  count: number;
  /** The lowest number that was never given out. */
  next: number;
  /** Numbers of siblings that have ended. */
  readonly free: number[];
}

/** Numbers that distinguish siblings of one name in paths. Each call takes constant time, however many siblings there are. */
export class SiblingNames {
  readonly #numbers = new Map<string, Numbers>();
  readonly #taken = new Set<string>();

  /** The number that makes `name` unique. */
  claim(name: string): number {
    let numbers = this.#numbers.get(name);
    if (!numbers) {
      numbers = { count: 0, next: 1, free: [] };
      this.#numbers.set(name, numbers);
    }
    // A sibling may have been called `name#2` by its user.
    let number: number;
    do number = numbers.free.pop() ?? numbers.next++;
    while (this.#taken.has(uniqueName(name, number)));
    numbers.count++;
    this.#taken.add(uniqueName(name, number));
    return number;
  }

  release(name: string, number: number): void {
    this.#taken.delete(uniqueName(name, number));
    const numbers = this.#numbers.get(name);
    if (!numbers) return;
    numbers.count--;
    if (numbers.count === 0) this.#numbers.delete(name);
    else numbers.free.push(number);
  }
}

export function uniqueName(name: string, number: number): string {
  return number === 1 ? name : `${name}#${number}`;
}

const LONGEST_NAME = 64;
/** Control characters, line ends, the characters that reorder or hide text (U+202E), halves of surrogate pairs. */
const UNREADABLE = /[/\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const PLAIN = /^[\x20-\x2e\x30-\x7e]+$/;

/** Names come from users and from peers (channel labels): a path is always one readable line. */
export function pathSegment(name: string): string {
  const short = cut(name, LONGEST_NAME);
  if (PLAIN.test(short)) return short;
  return short === '' ? '_' : short.replace(UNREADABLE, '_');
}

/** The first `most` characters, copied: V8 would keep the whole text for a part of it, however long a peer made it. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : Buffer.from(text.slice(0, most), 'utf16le').toString('utf16le');
}
