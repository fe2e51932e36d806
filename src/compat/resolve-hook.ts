import { urlFor, type RedirectSettings, redirectOf } from './redirects.js';

export interface HookSettings extends RedirectSettings {
  /** URLs of the modules that stand in for the binding's entries. */
  readonly urls: { readonly index: string; readonly polyfill: string };
}

let settings: HookSettings | undefined;

/** Called by Node when the hook runs in a thread of its own. */
export function initialize(data: HookSettings): void {
  settings = data;
}

/** A resolve hook for ES modules, for both of Node's ways of having one. */
export function resolve<C extends { parentURL?: string | undefined }, R>(
  specifier: string,
  context: C,
  nextResolve: (specifier: string, context: C) => R,
): R {
  const redirect = settings && redirectOf(settings, specifier, context.parentURL);
  if (!settings || !redirect) return nextResolve(specifier, context);
  // Not a short cut: other hooks may have to see the file, such as one that compiles it.
  return nextResolve(urlFor(settings.urls[redirect.entry], redirect.importer), context);
}
