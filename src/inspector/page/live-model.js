/**
 * @typedef {import('../protocol.js').FeedMessage} FeedMessage
 * @typedef {import('../protocol.js').NodeFacts & {
 *   name: string, depth: number, children: Node[], state: string, messagesSent: number, messagesReceived: number,
 *   bytesSent: number, bytesReceived: number, bufferedAmount: number, dependsOn: readonly string[], seenAt: number
 * }} Node
 */

const MOST_SAMPLES = 360;
const MOST_WARNINGS = 200;
const MOST_TEARDOWNS = 20;

/** The application as the page knows it: the sum of all messages so far. */
export class LiveModel {
  /** @type {Map<number, Node>} */
  nodes = new Map();
  /** @type {Node[]} */
  roots = [];
  /** @type {import('../protocol.js').Sample[]} */
  samples = [];
  /** @type {import('../protocol.js').WarningSeen[]} */
  warnings = [];
  /** @type {import('../protocol.js').TeardownSeen[]} */
  teardowns = [];
  /** @type {Pick<FeedMessage, 'at' | 'pid' | 'traced' | 'runtime'> | undefined} */
  head;

  /** @param {FeedMessage} message */
  apply(message) {
    if (message.full) {
      this.nodes.clear();
      this.roots = [];
      this.samples = [];
      this.warnings = [];
      this.teardowns = [];
    }
    const { at, pid, traced, runtime } = message;
    this.head = { at, pid, traced, runtime };
    // Those below a node go before it, whatever the order: a second removal finds nothing.
    for (const id of message.gone) this.#remove(id);
    for (const facts of message.made) this.#add(facts, message.full ? 0 : performance.now());
    for (const update of message.updates) this.#update(update);
    this.samples = [...this.samples, ...message.samples].slice(-MOST_SAMPLES);
    this.warnings = [...this.warnings, ...message.warnings].slice(-MOST_WARNINGS);
    this.teardowns = [...this.teardowns, ...message.teardowns].slice(-MOST_TEARDOWNS);
  }

  /** What is copied to the clipboard. */
  toJSON() {
    return {
      ...this.head,
      scopes: this.roots.map(plainNode),
      samples: this.samples,
      warnings: this.warnings,
      teardowns: this.teardowns,
    };
  }

  /** @param {number} id */
  #remove(id) {
    const node = this.nodes.get(id);
    if (!node) return;
    this.nodes.delete(id);
    const parent = node.parent === undefined ? undefined : this.nodes.get(node.parent);
    const siblings = parent ? parent.children : this.roots;
    const at = siblings.indexOf(node);
    if (at >= 0) siblings.splice(at, 1);
  }

  /**
   * @param {import('../protocol.js').NodeFacts} facts
   * @param {number} seenAt
   */
  #add(facts, seenAt) {
    const parent = facts.parent === undefined ? undefined : this.nodes.get(facts.parent);
    /** @type {Node} */
    const node = {
      ...facts,
      name: facts.path.slice(facts.path.lastIndexOf('/') + 1),
      depth: parent ? parent.depth + 1 : 0,
      children: [],
      state: '',
      messagesSent: 0,
      messagesReceived: 0,
      bytesSent: 0,
      bytesReceived: 0,
      bufferedAmount: 0,
      dependsOn: [],
      seenAt,
    };
    this.nodes.set(node.id, node);
    (parent ? parent.children : this.roots).push(node);
  }

  /** @param {import('../protocol.js').NodeUpdate} update */
  #update([id, state, messagesSent, messagesReceived, bytesSent, bytesReceived, bufferedAmount, dependsOn]) {
    const node = this.nodes.get(id);
    if (!node) return;
    Object.assign(node, { state, messagesSent, messagesReceived, bytesSent, bytesReceived });
    Object.assign(node, { bufferedAmount, dependsOn });
  }
}

/**
 * Without what is only of use to this page.
 * @param {Node} node
 * @returns {object}
 */
function plainNode(node) {
  const { path, kind, state, createdAt, place, dependsOn, children } = node;
  const { messagesSent, messagesReceived, bytesSent, bytesReceived, bufferedAmount } = node;
  const moved = { messagesSent, messagesReceived, bytesSent, bytesReceived, bufferedAmount };
  return { path, kind, state, createdAt, place, ...moved, dependsOn, children: children.map(plainNode) };
}

/**
 * The rows to show, in the order of the tree. With a filter: what has all its words, and the owners of those.
 * @param {readonly Node[]} roots
 * @param {string} filter
 * @param {ReadonlySet<number>} folded
 */
export function visibleNodes(roots, filter, folded) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  /** @type {Node[]} */
  const rows = [];
  let matches = 0;
  /** @param {Node} node */
  const visit = (node) => {
    const place = rows.length;
    rows.push(node);
    if (words.length > 0) {
      for (const child of node.children) visit(child);
      const matched = hasAll(node, words);
      if (matched) matches++;
      else if (rows.length === place + 1) rows.length = place;
    } else {
      matches++;
      if (!folded.has(node.id)) for (const child of node.children) visit(child);
    }
  };
  roots.forEach(visit);
  return { rows, matches };
}

/**
 * @param {Node} node
 * @param {readonly string[]} words
 */
function hasAll({ path, kind, state }, words) {
  const text = `${path} ${kind} ${state}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
