import { wrongType } from './argument.js';

/** The names of the events of a class, checked against the type `Events` of its listeners' arguments. */
export type EventNames<Events> = Readonly<Record<keyof Events, true>>;

/**
 * A name that no event of the class has is a mistake: its listener would never be called. `error` is taken everywhere,
 * because `once()` and `on()` of `node:events` listen to it whatever they wait for.
 */
export function checkEventName(event: unknown, known: Readonly<Record<string, true>>, owner: string): void {
  if (typeof event !== 'string') throw wrongType('event', 'a string', event);
  if (Object.hasOwn(known, event) || event === 'error') return;
  const names = Object.keys(known);
  const name = event.length <= LONGEST_SHOWN && PRINTABLE.test(event) ? `'${event}'` : 'what was given';
  const meant = closest(event, names);
  throw new TypeError(
    `event must be one of ${names.join(', ')}; ${owner} has no event ${name}` +
      (meant === undefined ? '' : `. Did you mean '${meant}'?`),
  );
}

/** The known name with the smallest edit distance, where that is small. */
function closest(given: string, names: readonly string[]): string | undefined {
  if (given.length > LONGEST_SHOWN) return undefined;
  let best: string | undefined;
  let least = Math.max(2, given.length / 2) + 1;
  for (const name of names) {
    const letters = distance(given.toLowerCase(), name.toLowerCase());
    if (letters >= least) continue;
    [best, least] = [name, letters];
  }
  return best;
}

/** Levenshtein distance: insertions, deletions and substitutions of characters. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const exchanged = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** Characters. A longer text is no mistyped event name. */
const LONGEST_SHOWN = 40;
const PRINTABLE = /^[\w :.-]+$/;
