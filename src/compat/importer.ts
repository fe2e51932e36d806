/**
 * Who imports the binding, read from the path or URL of the importing file: the name of its package, or `app`. Each
 * importer gets an owner of its own, so that one that calls `cleanup()` ends its own connections only (H21).
 */
export function importerOf(file: string | undefined): string {
  const parts = (file ?? '').replaceAll('\\', '/').split('/node_modules/');
  if (parts.length < 2) return APP;
  const [first = APP, second] = (parts.at(-1) ?? '').split('/');
  return first.startsWith('@') && second !== undefined ? `${first}/${second}` : first;
}

const APP = 'app';
const PARAMETER = 'importer';

/** `url` with the importer in it: a module instance for each. */
export function urlFor(url: string, importer: string): string {
  return importer === APP ? url : `${url}?${PARAMETER}=${encodeURIComponent(importer)}`;
}

/** The importer that a module's own URL names. */
export function importerIn(url: string | undefined): string {
  // In a bundle in CommonJS modules have no URL.
  return url === undefined ? APP : (new URL(url).searchParams.get(PARAMETER) ?? APP);
}
