import { TreeRow } from './tree-row.jsx';
import { VirtualList } from './virtual-list.jsx';

/**
 * @typedef {import('../model/tree-rows.ts').Row} Row
 * @typedef {import('../model/tree-rows.ts').RowSettings} RowSettings
 */

const ROW_HEIGHT = 28;

/** @type {readonly { by: import('../model/tree-rows.ts').SortKey, label: string, class: string }[]} */
const COLUMNS = [
  { by: 'name', label: 'name', class: '' },
  { by: 'state', label: 'state', class: '' },
  { by: 'age', label: 'age', class: 'figure col-age' },
  { by: 'outRate', label: 'out/s', class: 'figure' },
  { by: 'inRate', label: 'in/s', class: 'figure' },
  { by: 'bytesSent', label: 'sent', class: 'figure col-total' },
  { by: 'bytesReceived', label: 'received', class: 'figure col-total' },
  { by: 'bufferedAmount', label: 'buffered', class: 'figure col-buffered' },
];

/**
 * @param {{
 *   rows: readonly Row[], now: number, settings: RowSettings, onChange: (change: Partial<RowSettings>) => void,
 *   selected: string | undefined, onSelect: (path: string | undefined) => void, empty: string
 * }} props
 */
export function HandleTree({ rows, now, settings, onChange, selected, onSelect, empty }) {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  const at = rows.findIndex((row) => row.type === 'node' && row.node.path === selected);
  const fold = (/** @type {number | string} */ key) => {
    const folded = new Set(settings.folded);
    if (!folded.delete(key)) folded.add(key);
    onChange({ folded });
  };
  const onKeyDown = keyHandler(rows, at, settings.folded, fold, onSelect);
  return (
    <>
      <div class="tree-row tree-head" role="group" aria-label="sort by">
        {COLUMNS.map(({ by, label, class: name }) => (
          <SortButton key={by} by={by} label={label} name={name} settings={settings} onChange={onChange} />
        ))}
      </div>
      <VirtualList
        items={rows}
        rowHeight={ROW_HEIGHT}
        keyOf={({ key }) => key}
        class="tree"
        label="ownership tree"
        role="tree"
        shown={at}
        active={at < 0 ? undefined : `row-${rows[at]?.key}`}
        onKeyDown={onKeyDown}
        row={(row) => (
          <TreeRow
            row={row}
            now={now}
            flat={settings.group !== 'tree'}
            selected={row.type === 'node' && row.node.path === selected}
            onFold={fold}
            onSelect={onSelect}
          />
        )}
      />
    </>
  );
}

/**
 * @param {{
 *   by: import('../model/tree-rows.ts').SortKey, label: string, name: string, settings: RowSettings,
 *   onChange: (change: Partial<RowSettings>) => void
 * }} props
 */
function SortButton({ by, label, name, settings, onChange }) {
  const { sort } = settings;
  const isIt = sort?.by === by;
  const firstDescending = by !== 'name' && by !== 'state';
  // Once more turns the order around, and the third time it is that of creation again.
  const next = !isIt
    ? { by, descending: firstDescending }
    : sort.descending === firstDescending
      ? { by, descending: !firstDescending }
      : undefined;
  return (
    <button
      class={`sort ${name}`}
      aria-pressed={isIt}
      data-sort={by}
      onClick={() => onChange({ sort: next })}
    >
      {label}
      {isIt ? (sort.descending ? ' ↓' : ' ↑') : ''}
    </button>
  );
}

/**
 * The keys of a tree view, by WAI-ARIA.
 * @param {readonly Row[]} rows
 * @param {number} at
 * @param {ReadonlySet<number | string>} folded
 * @param {(key: number | string) => void} fold
 * @param {(path: string | undefined) => void} onSelect
 */
function keyHandler(rows, at, folded, fold, onSelect) {
  /** @param {KeyboardEvent} event */
  return (event) => {
    const row = rows[at];
    const node = row?.type === 'node' ? row.node : undefined;
    /**
     * @param {number} from
     * @param {number} step
     */
    const go = (from, step) => {
      for (let index = from; index >= 0 && index < rows.length; index += step) {
        const found = rows[index];
        if (found?.type === 'node') return onSelect(found.node.path);
      }
    };
    const isFolded = node !== undefined && folded.has(node.id);
    switch (event.key) {
      case 'ArrowDown':
        go(at + 1, 1);
        break;
      case 'ArrowUp':
        go(at < 0 ? 0 : at - 1, -1);
        break;
      case 'Home':
        go(0, 1);
        break;
      case 'End':
        go(rows.length - 1, -1);
        break;
      case 'ArrowRight':
        if (!node || node.children.length === 0) return;
        if (isFolded) fold(node.id);
        else go(at + 1, 1);
        break;
      case 'ArrowLeft':
        if (!node) return;
        if (node.children.length > 0 && !isFolded) fold(node.id);
        else if (node.path.includes('/')) onSelect(node.path.slice(0, node.path.lastIndexOf('/')));
        break;
      case 'Escape':
        onSelect(undefined);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
}
