import type { OwnedNode } from '../scope/node.js';

/** One member of the ownership tree. */
export interface NodeSnapshot {
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
  /** Channels: messages that `send` accepted and that reached the process. */
  readonly messagesSent?: number;
  readonly messagesReceived?: number;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly bufferedAmount?: number;
  /** Paths of what is torn down after it. */
  readonly dependsOn: readonly string[];
  readonly children: readonly NodeSnapshot[];
}

export function snapshotOf(node: OwnedNode, now = Date.now()): NodeSnapshot {
  const description = node.behaviour.describe?.();
  const { createdAt, creationStack, state, ...figures } = description ?? { state: node.phase };
  return {
    path: node.path,
    kind: node.kind,
    state,
    ...(createdAt === undefined ? {} : { createdAt, age: now - createdAt }),
    ...(creationStack === undefined ? {} : { creationStack }),
    ...figures,
    dependsOn: [...node.dependencies].map((dependency) => dependency.path),
    children: [...node.children]
      .filter((child) => child.kind !== 'cleanup')
      .map((child) => snapshotOf(child, now)),
  };
}

/** A member and what it owns, a line each, for people. */
export function renderNode(node: NodeSnapshot, first = '', rest = '', name = nameOf(node)): string[] {
  const facts = [node.state];
  if (node.age !== undefined) facts.push(`${(node.age / 1000).toFixed(1)} s`);
  if (node.bytesSent) facts.push(`${node.bytesSent} B sent`);
  if (node.bytesReceived) facts.push(`${node.bytesReceived} B received`);
  if (node.bufferedAmount) facts.push(`${node.bufferedAmount} B buffered`);
  if (node.dependsOn.length > 0) facts.push(`before ${node.dependsOn.join(', ')}`);
  const lines = [`${first}${name}  ${node.kind}  ${facts.join(', ')}`];
  node.children.forEach((child, index) => {
    const last = index === node.children.length - 1;
    lines.push(...renderNode(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`));
  });
  return lines;
}

/** What `util.inspect` and `console.log` show of a scope or handle: its whole path, and what it owns. */
export function inspectNode(node: OwnedNode): string {
  return renderNode(snapshotOf(node), '', '', node.path).join('\n');
}

function nameOf(node: NodeSnapshot): string {
  return node.path.slice(node.path.lastIndexOf('/') + 1);
}
