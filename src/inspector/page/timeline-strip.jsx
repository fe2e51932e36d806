import { useRef, useState } from 'preact/hooks';

/** @typedef {import('../../diagnostics/event-log.js').TraceEvent} TraceEvent */

/** Columns of the strip; each is as tall as its events are many. */
const COLUMNS = 160;

/**
 * All events as a strip: drag over a part to see only that, turn the wheel or press + and − to zoom, and the arrow keys to
 * move.
 * @param {{
 *   events: readonly TraceEvent[], whole: readonly [number, number], range: readonly [number, number] | undefined,
 *   onRange: (range: readonly [number, number] | undefined) => void
 * }} props
 */
export function TimelineStrip({ events, whole, range, onRange }) {
  const strip = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [drag, setDrag] = useState(/** @type {readonly [number, number] | undefined} */ (undefined));
  const [start, end] = whole;
  const span = end - start;
  /** @param {PointerEvent | WheelEvent} event */
  const timeOf = (event) => {
    const { left = 0, width = 1 } = strip.current?.getBoundingClientRect() ?? {};
    return start + Math.min(1, Math.max(0, (event.clientX - left) / width)) * span;
  };
  /**
   * @param {number} factor
   * @param {number} [centre]
   */
  const zoom = (factor, centre) => {
    const [from, to] = range ?? whole;
    const at = centre ?? (from + to) / 2;
    const next = /** @type {const} */ ([
      Math.max(start, at - (at - from) * factor),
      Math.min(end, at + (to - at) * factor),
    ]);
    if (next[1] - next[0] >= span * 0.999) onRange(undefined);
    else if (next[1] - next[0] >= LEAST_MS) onRange(next);
  };
  /** @param {number} share */
  const move = (share) => {
    const [from, to] = range ?? whole;
    const by = Math.min(end - to, Math.max(start - from, (to - from) * share));
    onRange(by === 0 && !range ? undefined : [from + by, to + by]);
  };
  /** @type {Readonly<Record<string, () => void>>} */
  const keys = {
    '+': () => zoom(0.5),
    '-': () => zoom(2),
    ArrowLeft: () => move(-0.25),
    ArrowRight: () => move(0.25),
    Escape: () => onRange(undefined),
  };
  const columns = heights(events, start, span);
  const most = Math.max(1, ...columns.map(({ count }) => count));
  const [from, to] = drag ?? range ?? whole;
  const percent = (/** @type {number} */ at) => (100 * (at - start)) / span;
  return (
    <div
      ref={strip}
      class="strip"
      role="slider"
      tabIndex={0}
      aria-label="part of the timeline: + and − zoom, arrows move, Escape shows all"
      aria-valuemin={0}
      aria-valuemax={Math.round(span)}
      aria-valuenow={Math.round(from - start)}
      aria-valuetext={`${((from - start) / 1000).toFixed(3)} to ${((to - start) / 1000).toFixed(3)} seconds`}
      onKeyDown={(event) => {
        const action = keys[event.key === '=' ? '+' : event.key];
        if (!action) return;
        event.preventDefault();
        action();
      }}
      onWheel={(event) => {
        event.preventDefault();
        zoom(event.deltaY > 0 ? 1.5 : 1 / 1.5, timeOf(event));
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag([timeOf(event), timeOf(event)]);
      }}
      onPointerMove={(event) => drag && setDrag([drag[0], timeOf(event)])}
      onPointerUp={() => {
        if (!drag) return;
        const [low, high] = [Math.min(...drag), Math.max(...drag)];
        setDrag(undefined);
        if (high - low >= Math.max(LEAST_MS, span / 200)) onRange([low, high]);
      }}
    >
      <svg viewBox={`0 0 ${COLUMNS} 20`} preserveAspectRatio="none" aria-hidden="true">
        {columns.map(({ count, isBad }, index) =>
          count === 0 ? null : (
            <rect
              key={index}
              class={isBad ? 'bad-column' : ''}
              x={index}
              y={20 - Math.max(2, (20 * count) / most)}
              width={0.85}
              height={Math.max(2, (20 * count) / most)}
            />
          ),
        )}
      </svg>
      {events
        .filter(({ type, path }) => type === 'teardown' && !path?.includes('/'))
        .map(({ n, at, ms = 0, path }) => (
          <i
            key={n}
            class="strip-teardown"
            title={`teardown of ${path}`}
            style={{ left: `${percent(at - ms)}%`, width: `${(100 * ms) / span}%` }}
          />
        ))}
      {(drag ?? range) && (
        <i
          class="strip-range"
          style={{
            left: `${percent(Math.min(from, to))}%`,
            width: `${Math.abs(percent(to) - percent(from))}%`,
          }}
        />
      )}
    </div>
  );
}

/**
 * @param {readonly TraceEvent[]} events
 * @param {number} start
 * @param {number} span
 */
function heights(events, start, span) {
  const columns = Array.from({ length: COLUMNS }, () => ({ count: 0, isBad: false }));
  for (const { at, type, error } of events) {
    const index = Math.min(COLUMNS - 1, Math.max(0, Math.floor((COLUMNS * (at - start)) / span)));
    const column = columns[index];
    if (!column) continue;
    column.count++;
    if (error !== undefined || type === 'warning' || type === 'waited') column.isBad = true;
  }
  return columns;
}

/** The shortest part that can be looked at. */
const LEAST_MS = 0.1;
