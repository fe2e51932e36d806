import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows above and below what is seen, so that a quick scroll does not meet a blank. */
const SPARE_ROWS = 8;

/**
 * A list of which only what can be seen is in the page.
 * @template T
 * @param {{
 *   items: readonly T[], rowHeight: number, keyOf: (item: T) => string | number,
 *   row: (item: T, index: number) => import('preact').ComponentChildren, class: string, label: string, role?: 'tree' | 'list'
 * }} props
 */
export function VirtualList({ items, rowHeight, keyOf, row, class: name, label, role = 'list' }) {
  const list = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const from = Math.max(0, Math.min(items.length, Math.floor(top / rowHeight)) - SPARE_ROWS);
  const to = Math.min(items.length, Math.ceil((top + height) / rowHeight) + SPARE_ROWS);
  return (
    <div
      ref={list}
      class={`list ${name}`}
      role={role}
      aria-label={label}
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div class="list-space" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(from, to).map((item, index) => (
          <div
            key={keyOf(item)}
            class="list-row"
            style={{ height: `${rowHeight}px`, transform: `translateY(${(from + index) * rowHeight}px)` }}
          >
            {row(item, from + index)}
          </div>
        ))}
      </div>
    </div>
  );
}
