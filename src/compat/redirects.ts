import { fileURLToPath } from 'node:url';
import { importerOf } from './importer.js';

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
