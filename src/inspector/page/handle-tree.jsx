import { age, amount } from './figures.js';
import { VirtualList } from './virtual-list.jsx';

/** @typedef {import('./live-model.js').Node} Node */

const ROW_HEIGHT = 28;
const FRESH_MS = 900;

/**
 * @param {{
 *   rows: readonly Node[], now: number, folded: ReadonlySet<number>, onFold: (id: number) => void,
 *   filtered: boolean
 * }} props
 */
export function HandleTree({ rows, now, folded, onFold, filtered }) {
  if (rows.length === 0) {
    return (
      <p class="empty">
        {filtered
          ? 'Nothing matches the filter.'
          : 'Nothing lives: no scope is open, the library is not in use.'}
      </p>
    );
  }
  return (
    <>
      <div class="tree-row tree-head" aria-hidden="true">
        <span>name</span>
        <span>state</span>
        <span class="figure">age</span>
        <span class="figure">sent</span>
        <span class="figure">received</span>
        <span class="figure">buffered</span>
      </div>
      <VirtualList
        items={rows}
        rowHeight={ROW_HEIGHT}
        keyOf={(node) => node.id}
        class="tree"
        label="ownership tree"
        role="tree"
        row={(node) => (
          <Row node={node} now={now} folded={!filtered && folded.has(node.id)} onFold={onFold} />
        )}
      />
    </>
  );
}

/** @param {{ node: Node, now: number, folded: boolean, onFold: (id: number) => void }} props */
function Row({ node, now, folded, onFold }) {
  const { id, name, kind, state, createdAt, place, dependsOn, bufferedAmount } = node;
  const fresh = node.seenAt > 0 && performance.now() - node.seenAt < FRESH_MS;
  const owns = node.children.length;
  const hint = [node.path, place && `made at ${place}`].filter(Boolean).join('\n');
  return (
    <div
      class={`tree-row state-${state}${fresh ? ' fresh' : ''}`}
      role="treeitem"
      aria-level={node.depth + 1}
      aria-expanded={owns > 0 ? !folded : undefined}
      data-path={node.path}
      data-state={state}
      title={hint}
    >
      <span class="tree-name" style={{ paddingLeft: `${node.depth * 18}px` }}>
        {owns > 0 ? (
          <button
            class={`fold${folded ? ' folded' : ''}`}
            aria-label={folded ? `unfold ${name}` : `fold ${name}`}
            onClick={() => onFold(id)}
          />
        ) : (
          <span class="fold-space" />
        )}
        <span class={`kind kind-${kind}`}>{KINDS[kind] ?? kind}</span>
        <span class="name">{name}</span>
        {folded && <span class="note">{owns} below</span>}
        {dependsOn.length > 0 && <span class="note">before {dependsOn.join(', ')}</span>}
        {place && <span class="note place">{place}</span>}
      </span>
      <span>
        <span class="state">{state}</span>
      </span>
      <span class="figure">{createdAt === undefined ? '' : age(now - createdAt)}</span>
      <Moved bytes={node.bytesSent} messages={node.messagesSent} />
      <Moved bytes={node.bytesReceived} messages={node.messagesReceived} />
      <span class="figure">{bufferedAmount > 0 ? amount(bufferedAmount, 'B') : ''}</span>
    </div>
  );
}

/** @param {{ bytes: number, messages: number }} props */
function Moved({ bytes, messages }) {
  if (bytes === 0 && messages === 0) return <span class="figure" />;
  return (
    <span class="figure" title={messages > 0 ? `${messages} messages, ${bytes} bytes` : `${bytes} bytes`}>
      {amount(bytes, 'B')}
    </span>
  );
}

/** @type {Readonly<Record<string, string>>} */
const KINDS = {
  scope: 'scope',
  entry: 'entry',
  PeerConnection: 'connection',
  DataChannel: 'channel',
  MediaTrack: 'track',
  WebSocket: 'socket',
  WebSocketServer: 'server',
  IceUdpMuxListener: 'udp',
};
