const MOST_ITEMS = 10;

/** The first items of a list, for a sentence, and how many there are beyond. */
export function shorten(items: readonly string[]): string {
  const shown = items.slice(0, MOST_ITEMS).join('; ');
  return items.length > MOST_ITEMS ? `${shown}; and ${items.length - MOST_ITEMS} more` : shown;
}
