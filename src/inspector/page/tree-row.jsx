import { age, amount, count } from './figures.js';

const FRESH_MS = 900;

/**
 * @param {{
 *   row: import('../model/tree-rows.ts').Row, now: number, flat: boolean, selected: boolean,
 *   onFold: (key: number | string) => void, onSelect: (path: string | undefined) => void
 * }} props
 */
export function TreeRow({ row, now, flat, selected, onFold, onSelect }) {
  if (row.type === 'group') return <GroupRow row={row} onFold={onFold} />;
  const { node, depth, folded } = row;
  const { id, name, kind, state, createdAt, place, dependsOn, bufferedAmount } = node;
  const fresh = node.seenAt > 0 && performance.now() - node.seenAt < FRESH_MS;
  const owns = flat ? 0 : node.children.length;
  const hint = [node.path, place && `made at ${place}`].filter(Boolean).join('\n');
  return (
    <div
      id={`row-${id}`}
      class={`tree-row state-${state}${fresh ? ' fresh' : ''}${selected ? ' selected' : ''}`}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={selected}
      aria-expanded={owns > 0 ? !folded : undefined}
      data-path={node.path}
      data-state={state}
      title={hint}
      onClick={() => onSelect(selected ? undefined : node.path)}
    >
      <span class="tree-name" style={{ paddingLeft: `min(${depth * 18}px, ${depth * 4}%)` }}>
        {owns > 0 ? (
          <button
            class={`fold${folded ? ' folded' : ''}`}
            tabIndex={-1}
            aria-label={folded ? `unfold ${name}` : `fold ${name}`}
            onClick={(event) => {
              event.stopPropagation();
              onFold(id);
            }}
          />
        ) : (
          <span class="fold-space" />
        )}
        <span class={`kind kind-${kind}`}>{KINDS[kind] ?? kind}</span>
        {flat ? (
          <span class="name path">
            <bdi>{node.path}</bdi>
          </span>
        ) : (
          <span class="name">{name}</span>
        )}
        {folded && <span class="note">{owns} below</span>}
        {dependsOn.length > 0 && <span class="note">before {dependsOn.join(', ')}</span>}
        {place && !flat && <span class="note place">{place}</span>}
      </span>
      <span class="state">{state}</span>
      <span class="figure col-age">{createdAt === undefined ? '' : age(now - createdAt)}</span>
      <span class="figure rate out">{rate(node.outRate)}</span>
      <span class="figure rate in">{rate(node.inRate)}</span>
      <Moved bytes={node.bytesSent} messages={node.messagesSent} />
      <Moved bytes={node.bytesReceived} messages={node.messagesReceived} />
      <span class="figure col-buffered">{bufferedAmount > 0 ? amount(bufferedAmount, 'B') : ''}</span>
    </div>
  );
}

/**
 * @param {{
 *   row: Extract<import('../model/tree-rows.ts').Row, { type: 'group' }>, onFold: (key: number | string) => void
 * }} props
 */
function GroupRow({ row, onFold }) {
  const { key, count, folded } = row;
  return (
    <div class="tree-row group-row" role="treeitem" aria-level={1} aria-expanded={!folded} data-group={key}>
      <span class="tree-name">
        <button
          class={`fold${folded ? ' folded' : ''}`}
          aria-label={folded ? `unfold ${key}` : `fold ${key}`}
          onClick={() => onFold(key)}
        />
        <span class="name">{key}</span>
        <span class="note">{count}</span>
      </span>
      <span />
      <span class="col-age" />
      <span class="figure rate out">{rate(row.outRate)}</span>
      <span class="figure rate in">{rate(row.inRate)}</span>
      <span class="col-total" />
      <span class="col-total" />
      <span class="col-buffered" />
    </div>
  );
}

/** @param {{ bytes: number, messages: number }} props */
function Moved({ bytes, messages }) {
  if (bytes === 0 && messages === 0) return <span class="figure col-total" />;
  return (
    <span
      class="figure col-total"
      title={messages > 0 ? `${count(messages, 'message')}, ${bytes} bytes` : `${bytes} bytes`}
    >
      {amount(bytes, 'B')}
    </span>
  );
}

/** @param {number} bytesPerSecond */
const rate = (bytesPerSecond) => (bytesPerSecond > 0 ? amount(bytesPerSecond, 'B') : '');

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
