import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownFolder } from '../native/packages.js';

/** A line of a stack: `at file:1:2`, `at name (file:1:2)`. The path may have spaces and parentheses. */
const FRAME = /^\s*at (?:.*? \((?=.*\)$)|async )?(?<file>.+?)(?<position>:\d+:\d+)\)?$/;

/** Places in ES modules are URLs, where a space is `%20`. */
function pathOf(file: string): string {
  if (!file.startsWith('file:')) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}

/** The first line of a stack that is not the package's own, as `file:line:column` relative to the current directory. */
export function placeOf(stack: string | undefined): string | undefined {
  const folder = ownFolder();
  const own = folder === undefined ? [] : ['src', 'dist'].map((part) => join(folder, part) + sep);
  for (const line of stack?.split('\n').slice(1) ?? []) {
    const found = FRAME.exec(line)?.groups;
    if (!found) continue;
    const place = pathOf(found.file!) + found.position!;
    if (own.some((path) => place.startsWith(path))) continue;
    if (place.startsWith('node:') || place.includes('/node_modules/')) continue;
    const here = `${process.cwd()}/`;
    return place.startsWith(here) ? place.slice(here.length) : place;
  }
  return undefined;
}

/** For a list of things: what it is and, when traced, where it was made. */
export function withPlace(what: string, creationStack: string | undefined, traced: boolean): string {
  if (!traced) return what;
  const place = placeOf(creationStack);
  return `${what} (${place === undefined ? 'opened by the peer' : `made at ${place}`})`;
}

/** The end of a message that cannot say where things were made. */
export function traceHint(traced: boolean): string {
  return traced ? '' : '. Run with SCOPED_RTC_TRACE=1 to see where each was made';
}

const MOST_ITEMS = 10;

/** The first items of a list for a message, and how many more there are. */
export function shorten(items: readonly string[]): string {
  const shown = items.slice(0, MOST_ITEMS).join('; ');
  return items.length > MOST_ITEMS ? `${shown}; and ${items.length - MOST_ITEMS} more` : shown;
}
