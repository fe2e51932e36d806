import nodeModule from 'node:module';

/** File name of the addon in every package that carries it. */
export const ADDON_FILE = 'node_datachannel.node';

export interface CachedModule {
  readonly exports: unknown;
}

/**
 * The addon's entry in this thread's cache of CommonJS modules. Both the ESM and the CommonJS face of
 * node-datachannel load the addon through it. The class's own cache is asked rather than `require.cache`,
 * because test runners put a cache of their own there for every file, although the addon stays loaded.
 */
export function findLoadedAddon(
  accept: (exports: unknown) => boolean = () => true,
): CachedModule | undefined {
  const cache = (nodeModule as unknown as { _cache?: Record<string, CachedModule | undefined> })._cache ?? {};
  for (const [filename, entry] of Object.entries(cache))
    if (entry && filename.endsWith(ADDON_FILE) && accept(entry.exports)) return entry;
  return undefined;
}
