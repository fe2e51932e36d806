import type { Deadline } from '../time/deadline.js';
import type { TeardownStep } from './teardown-report.js';
import type { NodeBehaviour } from './node-behaviour.js';

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
  /** The deadline of the teardown of this node and of what it owns. Forcing it forces their deadlines, too. */
  deadline: Deadline | undefined;
  /** The promise that was given to the caller that started the teardown; it rejects with the errors. */
  started: Promise<void> | undefined;
  /** What the teardown report says of this end: which report is about this node, and not about another one at its path. */
  step: TeardownStep | undefined;

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

type Dispose = () => unknown;
type MakeEntry = (name: string, dispose: Dispose) => OwnedNode;

/** The phase of a node. It only moves forward. */
export type NodePhase = 'live' | 'ending' | 'ended';

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
  /** In the order in which they were made, unless `#isUnsorted`. */
  #children: Set<OwnedNode> | undefined;
  #isUnsorted = false;
  /** The newest children, where they have no node yet. */
  #later: { readonly make: MakeEntry; readonly entries: (string | Dispose)[] } | undefined;
  /** When it was adopted: how many of this process had been before. */
  #adopted = 0;
  /** The names of `#children`. */
  #names: SiblingNames | undefined;
  /** The name as a path shows it, and the number that distinguishes it from siblings of the same name. */
  readonly #segment: string;
  #number = 1;
  /** The path, kept until an owner changes: a walk to the root for each path would be quadratic in a deep tree. */
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
    this.#makeLater();
    if (!this.#children) return NO_NODES;
    if (this.#isUnsorted) {
      this.#isUnsorted = false;
      this.#children = new Set([...this.#children].sort((one, other) => one.#adopted - other.#adopted));
    }
    return this.#children;
  }

  get dependents(): Iterable<OwnedNode> {
    return this.#dependents ?? NO_NODES;
  }

  get dependencies(): Iterable<OwnedNode> {
    return this.#dependencies ?? NO_NODES;
  }

  /** The default timeout of the nearest owner that has one. */
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

  /**
   * A teardown of an owner has begun. Each node remembers this: a walk to the root for each new member would be
   * quadratic.
   */
  markOwnerEnds(): void {
    this.#ownerEnds = true;
  }

  /** Makes `child` the newest child of this node, and removes it from the owner that it had. */
  adoptNode(child: OwnedNode): void {
    this.#makeLater();
    child.#leaveParent();
    child.#forgetPaths();
    this.#children ??= new Set();
    this.#names ??= new SiblingNames();
    child.#number = this.#names.claim(child.#segment);
    child.#parent = this;
    child.#ownerEnds = this.inTeardown;
    this.#children.add(child);
    child.#adopted = ++adoptions;
  }

  /**
   * Adopts what `make(name, dispose)` returns, which is called when somebody looks. A scope may own thousands of entries, at which
   * nobody looks before it ends: one takes 16 bytes until then, and a node with its promises to come some 300.
   */
  adoptLater(make: MakeEntry, name: string, dispose: Dispose): void {
    if (this.#later?.make !== make) this.#makeLater();
    this.#later ??= { make, entries: [] };
    this.#later.entries.push(name, dispose);
  }

  #makeLater(): void {
    if (!this.#later) return;
    const { make, entries } = this.#later;
    this.#later = undefined;
    for (let n = 0; n < entries.length; n += 2) {
      this.adoptNode(make(entries[n] as string, entries[n + 1] as Dispose));
    }
  }

  /** Gives all children, with the order between them, to `heir`, which takes this node's place in its owner. */
  handOver(heir: OwnedNode): void {
    heir.#path = this.path;
    for (const child of this.children) child.#parent = heir;
    heir.#children = this.#children;
    heir.#isUnsorted = this.#isUnsorted;
    heir.#names = this.#names;
    this.#children = undefined;
    this.#names = undefined;
    for (const node of this.dependencies) heir.addDependency(node);
    for (const node of this.dependents) node.addDependency(heir);
    const parent = this.#parent;
    if (!parent) return;
    heir.#number = this.#number;
    heir.#parent = parent;
    heir.#adopted = this.#adopted;
    // At the end of the set; the order is restored when somebody asks for it.
    parent.#children?.delete(this);
    parent.#children?.add(heir);
    parent.#isUnsorted = true;
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

  /** Claims the node for a teardown that has this `deadline`; only the first claim is granted. */
  claim(deadline?: Deadline): boolean {
    if (this.#phase !== 'live') return false;
    this.#phase = 'ending';
    this.ending.deadline = deadline;
    return true;
  }

  /** Cuts every link, once, from whichever side ends first, so that a long-lived owner does not grow. */
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
/** Key of the node of a scope or handle: accessible within the package, and not part of the public types. */
let adoptions = 0;

export const TREE_NODE: unique symbol = Symbol('scoped-rtc.node');

export interface InTree {
  /** @internal */
  readonly [TREE_NODE]: OwnedNode;
}

/** The numbers of one name among siblings: 1 for the first sibling of that name, 2 for `name#2`, and so on. */
interface Numbers {
  /** Siblings that have the name now. */
  count: number;
  /** The lowest number that was never given out. */
  next: number;
  /** Numbers below `next` that no sibling has now. */
  free: Set<number> | undefined;
}

/**
 * Numbers that distinguish siblings of one name in paths. Each call takes constant time, however many siblings there
 * are, and composes no text: a scope may own thousands of entries whose path nobody asks for.
 */
export class SiblingNames {
  readonly #numbers = new Map<string, Numbers>();
  /** Names that the program itself has given and that look like `name#2`. */
  #numbered: Set<string> | undefined;

  /** The number that makes `name` unique. */
  claim(name: string): number {
    let numbers = this.#numbers.get(name);
    if (!numbers) this.#numbers.set(name, (numbers = { count: 0, next: 1, free: undefined }));
    let number: number;
    do number = takeFree(numbers) ?? numbers.next++;
    while (this.#isTaken(name, number));
    numbers.count++;
    if (number === 1 && name.includes('#')) (this.#numbered ??= new Set()).add(name);
    return number;
  }

  release(name: string, number: number): void {
    if (number === 1) this.#numbered?.delete(name);
    const numbers = this.#numbers.get(name);
    if (!numbers) return;
    numbers.count--;
    if (numbers.count === 0) this.#numbers.delete(name);
    else (numbers.free ??= new Set()).add(number);
  }

  #isTaken(name: string, number: number): boolean {
    if (number > 1) return this.#numbered !== undefined && this.#numbered.has(uniqueName(name, number));
    const [, base, written] = NUMBERED.exec(name) ?? [];
    const numbers = base === undefined ? undefined : this.#numbers.get(base);
    if (!numbers) return false;
    const given = Number(written);
    return given < numbers.next && !numbers.free?.has(given);
  }
}

/** What `uniqueName` makes for a number above 1. */
const NUMBERED = /^(.*)#([2-9]|[1-9]\d{1,14})$/s;

function takeFree({ free }: Numbers): number | undefined {
  const [number] = free ?? [];
  if (number !== undefined) free?.delete(number);
  return number;
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

/**
 * A copy of the first `most` characters: a plain slice would make V8 keep the whole text, however long a peer made it.
 */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : Buffer.from(text.slice(0, most), 'utf16le').toString('utf16le');
}
