import type { OwnedNode } from '../scope/node.js';

/** One member of the ownership tree. */
export interface NodeSnapshot {
  readonly path: string;
  readonly kind: string;
  /** A handle's state; `live`, `ending` or `ended` for others. */
  readonly state: string;
  /** Milliseconds since it was made; handles only. */
  readonly age?: number;
  /** Where it was made, when `SCOPED_RTC_TRACE=1`. */
  readonly creationStack?: string;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly bufferedAmount?: number;
  /** Paths of what is torn down after it. */
  readonly dependsOn: readonly string[];
  readonly children: readonly NodeSnapshot[];
}

export interface RuntimeSnapshot {
  readonly state: 'idle' | 'active' | 'closing';
  readonly generation: number;
  readonly cleanups: number;
  /**
   * Native objects: in use, and closed but kept because the library still points to them; `retainedLimit` of these
   * may stay until cleanup before channels are made so that they need not.
   */
  readonly natives: { readonly held: number; readonly retained: number; readonly retainedLimit: number };
  readonly scopes: readonly NodeSnapshot[];
}

export function snapshotOf(node: OwnedNode, now = Date.now()): NodeSnapshot {
  const description = node.behaviour.describe?.();
  const { createdAt, creationStack, state, ...figures } = description ?? { state: node.phase };
  return {
    path: node.path,
    kind: node.kind,
    state,
    ...(createdAt === undefined ? {} : { age: now - createdAt }),
    ...(creationStack === undefined ? {} : { creationStack }),
    ...figures,
    dependsOn: [...node.dependencies].map((dependency) => dependency.path),
    children: [...node.children]
      .filter((child) => child.kind !== 'cleanup')
      .map((child) => snapshotOf(child, now)),
  };
}

/** The tree for people. */
export function renderSnapshot(snapshot: RuntimeSnapshot): string {
  const { held, retained, retainedLimit } = snapshot.natives;
  const head =
    `scoped-rtc: ${snapshot.state}, generation ${snapshot.generation}, ${snapshot.cleanups} cleanups, ` +
    `${held} natives held, ${retained} of ${retainedLimit} retained`;
  return [head, ...snapshot.scopes.flatMap((scope) => render(scope, '', ''))].join('\n');
}

function render(node: NodeSnapshot, first: string, rest: string): string[] {
  const facts = [node.state];
  if (node.age !== undefined) facts.push(`${(node.age / 1000).toFixed(1)} s`);
  if (node.bytesSent) facts.push(`${node.bytesSent} B sent`);
  if (node.bytesReceived) facts.push(`${node.bytesReceived} B received`);
  if (node.bufferedAmount) facts.push(`${node.bufferedAmount} B buffered`);
  if (node.dependsOn.length > 0) facts.push(`before ${node.dependsOn.join(', ')}`);
  const name = node.path.slice(node.path.lastIndexOf('/') + 1);
  const lines = [`${first}${name}  ${node.kind}  ${facts.join(', ')}`];
  node.children.forEach((child, index) => {
    const last = index === node.children.length - 1;
    lines.push(...render(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`));
  });
  return lines;
}
