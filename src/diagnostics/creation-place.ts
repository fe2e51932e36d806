import { join, sep } from 'node:path';
import { ownFolder } from '../native/own-package.js';

const FILE_URL = 'file://';

/** The first line of a stack that is not the package's own, as `file:line:column` relative to the current directory. */
export function placeOf(stack: string | undefined): string | undefined {
  const folder = ownFolder();
  const own = folder === undefined ? [] : ['src', 'dist'].map((part) => join(folder, part) + sep);
  for (const line of stack?.split('\n').slice(1) ?? []) {
    const found = /\(?([^()\s]+:\d+:\d+)\)?$/.exec(line)?.[1];
    if (!found) continue;
    const place = found.startsWith(FILE_URL) ? found.slice(FILE_URL.length) : found;
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

/** The end of a message that could not say where things were made. */
export function traceHint(traced: boolean): string {
  return traced ? '' : '. Run with SCOPED_RTC_TRACE=1 to see where each was made';
}
