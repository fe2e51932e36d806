import type { Node } from './live-model.js';

/** The columns by which rows can be sorted. Default: the order of creation. */
export type SortKey =
  'name' | 'state' | 'age' | 'outRate' | 'inRate' | 'bytesSent' | 'bytesReceived' | 'bufferedAmount';
export type Grouping = 'tree' | 'kind' | 'state';

export interface RowSettings {
  readonly filter: string;
  readonly group: Grouping;
  readonly sort: { readonly by: SortKey; readonly descending: boolean } | undefined;
  /** Ids of nodes and names of groups. */
  readonly folded: ReadonlySet<number | string>;
}

/** The whole tree, in the order of creation. */
export const WHOLE_TREE: RowSettings = { filter: '', group: 'tree', sort: undefined, folded: new Set() };

export type Row =
  | {
      readonly type: 'node';
      readonly key: number;
      readonly node: Node;
      readonly depth: number;
      readonly folded: boolean;
    }
  | {
      readonly type: 'group';
      readonly key: string;
      readonly count: number;
      readonly outRate: number;
      readonly inRate: number;
      readonly folded: boolean;
    };

/**
 * The rows to show. As a tree: in its order; a filter leaves the members that match all its words, and their owners.
 * Grouped by kind or state: the members that match, under a row for each group.
 */
export function treeRows(roots: readonly Node[], settings: RowSettings): { rows: Row[]; matches: number } {
  const words = settings.filter.toLowerCase().split(/\s+/).filter(Boolean);
  return settings.group === 'tree' ? asTree(roots, words, settings) : asGroups(roots, words, settings);
}

function asTree(roots: readonly Node[], words: readonly string[], { sort, folded }: RowSettings) {
  const rows: Row[] = [];
  const owners: number[] = [];
  const isShown: boolean[] = [];
  let matches = 0;
  // A stack, not recursion: a tree may be deeper than the call stack.
  const left = sorted(roots, sort)
    .map((node) => ({ node, owner: -1 }))
    .reverse();
  for (let next = left.pop(); next; next = left.pop()) {
    const { node, owner } = next;
    const place = rows.length;
    const isFolded = words.length === 0 && folded.has(node.id);
    rows.push({ type: 'node', key: node.id, node, depth: node.depth, folded: isFolded });
    owners.push(owner);
    const matched = hasAll(node, words);
    isShown.push(matched);
    if (matched) matches++;
    if (isFolded) continue;
    for (const child of sorted(node.children, sort).toReversed()) left.push({ node: child, owner: place });
  }
  // From the last row to the first: the owner of a row that is shown is shown, too.
  for (let i = rows.length - 1; i >= 0; i--) {
    const owner = owners[i]!;
    if (isShown[i] && owner >= 0) isShown[owner] = true;
  }
  return { rows: rows.filter((_, i) => isShown[i]), matches };
}

function asGroups(roots: readonly Node[], words: readonly string[], { group, sort, folded }: RowSettings) {
  const groups = new Map<string, Node[]>();
  let matches = 0;
  const stack = [...roots].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const child of node.children.toReversed()) stack.push(child);
    if (!hasAll(node, words)) continue;
    matches++;
    const key = group === 'kind' ? node.kind : node.state;
    const members = groups.get(key);
    if (members) members.push(node);
    else groups.set(key, [node]);
  }
  const rows: Row[] = [];
  for (const [key, members] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const isFolded = folded.has(key);
    const outRate = sum(members, 'outRate');
    rows.push({
      type: 'group',
      key,
      count: members.length,
      outRate,
      inRate: sum(members, 'inRate'),
      folded: isFolded,
    });
    if (isFolded) continue;
    for (const node of sorted(members, sort)) {
      rows.push({ type: 'node', key: node.id, node, depth: 1, folded: false });
    }
  }
  return { rows, matches };
}

/** Connections are left out: their figures are those of their channels, which would count twice. */
function sum(members: readonly Node[], figure: 'outRate' | 'inRate'): number {
  return members.reduce((total, node) => total + (node.kind === 'PeerConnection' ? 0 : node[figure]), 0);
}

function sorted(nodes: readonly Node[], sort: RowSettings['sort']): readonly Node[] {
  if (!sort) return nodes;
  const { by, descending } = sort;
  const sign = descending ? -1 : 1;
  const value = (node: Node) => (by === 'age' ? -(node.createdAt ?? 0) : node[by]);
  return [...nodes].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    return x === y ? a.id - b.id : x < y ? -sign : sign;
  });
}

function hasAll({ path, kind, state }: Node, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${path} ${kind} ${state}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
