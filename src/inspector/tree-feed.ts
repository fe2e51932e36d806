import { placeOf } from '../diagnostics/creation-place.js';
import { membersOf, type NodeSnapshot } from '../diagnostics/snapshot.js';
import type { NodeFacts, NodeUpdate } from './protocol.js';

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

/** Remembers the tree as it was last seen, and says what is different now. */
export class TreeFeed {
  readonly #known = new Map<string, Known>();
  #round = 0;
  #lastId = 0;

  /** Handles, that is members with an age, in the tree as it was last seen. */
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

  /** The tree as it was last seen, as the change from an empty one. */
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

/** A path is used again when its handle has gone. */
function sameNode(facts: NodeFacts, node: NodeSnapshot, parent: number | undefined): boolean {
  return facts.kind === node.kind && facts.parent === parent && facts.createdAt === node.createdAt;
}

function sameFigures(a: NodeUpdate, b: NodeUpdate): boolean {
  for (const [index, figure] of a.entries()) if (index !== 7 && figure !== b[index]) return false;
  const before = a[7];
  const after = b[7];
  return before.length === after.length && before.every((path, index) => path === after[index]);
}
