import { fileURLToPath } from 'node:url';

/**
 * The importer of the binding, read from the path or URL of the importing file: the name of its package, or `app`. Each
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

/** Where an import of the binding leads instead. */
export interface Redirect {
  readonly entry: 'index' | 'polyfill';
  readonly importer: string;
}

export interface RedirectSettings {
  /** Names of packages that are the binding: itself, and forks with the same API. */
  readonly names: readonly string[];
  /** Path of the folder this package runs from; its own import of the binding leads to the binding. */
  readonly root: string;
}

/** What `specifier`, imported by `parent` (a path or a URL), leads to; `undefined` for what is none of ours. */
export function redirectOf(
  { names, root }: RedirectSettings,
  specifier: string,
  parent: string | undefined,
): Redirect | undefined {
  const entry = names.includes(specifier)
    ? 'index'
    : names.includes(specifier.replace(/\/polyfill$/, ''))
      ? 'polyfill'
      : undefined;
  if (entry === undefined) return undefined;
  const file = parent?.startsWith('file:') ? fileURLToPath(parent) : parent;
  if (file?.startsWith(root)) return undefined;
  return { entry, importer: importerOf(file) };
}
