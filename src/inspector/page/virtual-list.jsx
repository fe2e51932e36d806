import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows above and below what is seen, so that a quick scroll does not meet a blank. */
const SPARE_ROWS = 8;

/**
 * A list of which only what can be seen is in the page.
 * @template T
 * @param {{
 *   items: readonly T[], rowHeight: number, keyOf: (item: T) => string | number,
 *   row: (item: T, index: number) => import('preact').ComponentChildren, class: string, label: string,
 *   role?: 'tree' | 'list', shown?: number, atEnd?: boolean, active?: string | undefined,
 *   onKeyDown?: (event: KeyboardEvent) => void
 * }} props `shown`: index of the row to scroll to when it changes; `atEnd`: stays at the end while it is there
 */
export function VirtualList({ items, rowHeight, keyOf, row, class: name, label, role = 'list', ...more }) {
  const { shown = -1, atEnd = false, active, onKeyDown } = more;
  const list = useRef(/** @type {HTMLDivElement | null} */ (null));
  const wasAtEnd = useRef(true);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element || shown < 0) return;
    if (shown * rowHeight < element.scrollTop) element.scrollTop = shown * rowHeight;
    const least = (shown + 1) * rowHeight - element.clientHeight;
    if (element.scrollTop < least) element.scrollTop = least;
  }, [shown]);
  useLayoutEffect(() => {
    const element = list.current;
    if (element && atEnd && wasAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [atEnd, items.length, height]);
  /** @param {HTMLDivElement} element */
  const scrolled = (element) => {
    setTop(element.scrollTop);
    wasAtEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - rowHeight;
  };
  const from = Math.max(0, Math.min(items.length, Math.floor(top / rowHeight)) - SPARE_ROWS);
  const to = Math.min(items.length, Math.ceil((top + height) / rowHeight) + SPARE_ROWS);
  return (
    <div
      ref={list}
      class={`list ${name}`}
      role={role}
      aria-label={label}
      aria-activedescendant={active}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={(event) => scrolled(event.currentTarget)}
    >
      <div class="list-space" role="presentation" style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(from, to).map((item, index) => (
          <div
            key={keyOf(item)}
            class="list-row"
            role={role === 'list' ? 'listitem' : 'presentation'}
            style={{ height: `${rowHeight}px`, transform: `translateY(${(from + index) * rowHeight}px)` }}
          >
            {row(item, from + index)}
          </div>
        ))}
      </div>
    </div>
  );
}
