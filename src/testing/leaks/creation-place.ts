import { fileURLToPath } from 'node:url';

/** Where the package's own code lies: `src/` or `dist/`. */
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const FILE_URL = 'file://';

/** The first line of a stack that is not the package's own, as `file:line:column` relative to the current directory. */
export function placeOf(stack: string | undefined): string | undefined {
  for (const line of stack?.split('\n').slice(1) ?? []) {
    const found = /\(?([^()\s]+:\d+:\d+)\)?$/.exec(line)?.[1];
    if (!found) continue;
    const place = found.startsWith(FILE_URL) ? found.slice(FILE_URL.length) : found;
    if (place.startsWith(PACKAGE) || place.startsWith('node:') || place.includes('/node_modules/')) continue;
    const here = `${process.cwd()}/`;
    return place.startsWith(here) ? place.slice(here.length) : place;
  }
  return undefined;
}
