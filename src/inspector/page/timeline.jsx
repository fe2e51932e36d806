import { useState } from 'preact/hooks';
import { duration } from './figures.js';
import { TimelineStrip } from './timeline-strip.jsx';
import { useMedia } from './use-media.js';
import { VirtualList } from './virtual-list.jsx';

/** @typedef {import('../../diagnostics/event-log.js').TraceEvent} TraceEvent */

/** On a phone the text has a line of its own. */
const ROW_HEIGHTS = { wide: 24, narrow: 44 };

/** @type {Readonly<Record<string, (event: TraceEvent) => boolean>>} */
const SORTS = {
  'all events': () => true,
  problems: ({ type, error, text }) =>
    type === 'warning' ||
    type === 'waited' ||
    error !== undefined ||
    /forced|undelivered|failed/.test(text ?? ''),
  connecting: ({ type }) => ['state', 'description', 'candidate', 'waited', 'open'].includes(type),
  'life of handles': ({ type }) => ['scope', 'create', 'open', 'closing', 'close', 'teardown'].includes(type),
};

/**
 * What happened, oldest first, with a strip to zoom in on a part of it.
 * @param {{
 *   events: readonly TraceEvent[], selected: string | undefined, onSelect: (path: string) => void,
 *   forgotten: number | undefined
 * }} props
 */
export function Timeline({ events, selected, onSelect, forgotten = (events[0]?.n ?? 1) - 1 }) {
  const isNarrow = useMedia('(max-width: 700px)');
  const [words, setWords] = useState('');
  const [sort, setSort] = useState('all events');
  const [onlySelected, setOnlySelected] = useState(false);
  const [range, setRange] = useState(/** @type {readonly [number, number] | undefined} */ (undefined));
  const first = events[0];
  const last = events.at(-1);
  if (!first || !last) return <p class="empty">Nothing has happened yet.</p>;
  const whole = /** @type {const} */ ([startOf(first), Math.max(last.at, startOf(first) + 1)]);
  const [from, to] = range ?? whole;
  const filtered = filterEvents(
    events,
    words,
    SORTS[sort] ?? (() => true),
    onlySelected ? selected : undefined,
  );
  const shown = range ? filtered.filter((event) => event.at >= from && startOf(event) <= to) : filtered;
  return (
    <>
      <div class="bar">
        <input
          type="search"
          placeholder="filter"
          aria-label="filter events"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <select aria-label="events" value={sort} onChange={(event) => setSort(event.currentTarget.value)}>
          {Object.keys(SORTS).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <label class="check">
          <input
            type="checkbox"
            checked={onlySelected}
            disabled={selected === undefined}
            onChange={(event) => setOnlySelected(event.currentTarget.checked)}
          />
          only the selected and below
        </label>
        <span class="facts" data-fact="events">
          {shown.length} of {events.length}
          {forgotten > 0 && `, ${forgotten} older ones not kept`}
        </span>
        {range && (
          <button class="action" onClick={() => setRange(undefined)}>
            All of it
          </button>
        )}
      </div>
      <TimelineStrip events={filtered} whole={whole} range={range} onRange={setRange} />
      <VirtualList
        key={range?.[0] ?? 'all'}
        items={shown}
        rowHeight={ROW_HEIGHTS[isNarrow ? 'narrow' : 'wide']}
        keyOf={({ n }) => n}
        class="timeline"
        label="timeline"
        atEnd={range === undefined}
        row={(event) => (
          <EventRow
            event={event}
            from={from}
            to={to}
            start={whole[0]}
            selected={selected}
            onSelect={onSelect}
          />
        )}
      />
    </>
  );
}

/**
 * @param {{
 *   event: TraceEvent, from: number, to: number, start: number, selected: string | undefined,
 *   onSelect: (path: string) => void
 * }} props
 */
function EventRow({ event, from, to, start, selected, onSelect }) {
  const { type, path, text, error, ms, place } = event;
  const percent = (/** @type {number} */ at) => Math.min(100, Math.max(0, (100 * (at - from)) / (to - from)));
  const left = percent(startOf(event));
  const said = [
    text,
    error && `${error.code ?? error.name}: ${error.message}`,
    place && `at ${place}`,
    ms !== undefined && duration(ms),
  ]
    .filter(Boolean)
    .join(' · ');
  return (
    <div
      class={`event event-${type}${error || type === 'warning' || type === 'waited' ? ' problem-row' : ''}${path !== undefined && path === selected ? ' selected' : ''}`}
      data-event={type}
      data-path={path}
      title={`${new Date(event.at).toLocaleString()}\n${path ?? ''}\n${said}`}
    >
      <span class="figure event-time">+{((event.at - start) / 1000).toFixed(3)} s</span>
      <span class="event-type">{type}</span>
      {path === undefined ? (
        <span />
      ) : (
        <button class="link event-path path" tabIndex={-1} onClick={() => onSelect(path)}>
          <bdi>{path}</bdi>
        </button>
      )}
      <span class="event-text">{said}</span>
      <span class="track">
        <i class="span" style={{ left: `${left}%`, width: `${percent(event.at) - left}%` }} />
      </span>
    </div>
  );
}

/**
 * @param {readonly TraceEvent[]} events
 * @param {string} text
 * @param {(event: TraceEvent) => boolean} isWanted
 * @param {string | undefined} below
 */
function filterEvents(events, text, isWanted, below) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return events.filter((event) => {
    if (!isWanted(event)) return false;
    if (below !== undefined && event.path !== below && !event.path?.startsWith(`${below}/`)) return false;
    if (words.length === 0) return true;
    const { type, path = '', kind = '', error } = event;
    const all =
      `${type} ${path} ${kind} ${event.text ?? ''} ${error?.code ?? ''} ${error?.message ?? ''}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** @param {TraceEvent} event */
const startOf = ({ at, ms = 0 }) => at - ms;
