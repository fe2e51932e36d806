import nodeModule from 'node:module';
import { ownerOf, packageApi, shutdown } from './package-api.js';
import { polyfillApi } from './polyfill-api.js';
import { type Redirect, type RedirectSettings, redirectOf } from './redirects.js';

type Load = (request: string, parent: { filename?: string | null } | undefined, isMain: boolean) => unknown;

const loaded = new Map<string, object>();

/**
 * Makes `require()` of the binding return the drop-in. At the loader rather than at the file: what is required is
 * an object for each importer, and older versions of Node cannot require the ES module that makes it.
 */
export function hookRequire(settings: RedirectSettings): void {
  const loader = nodeModule as unknown as { _load: Load };
  const next = loader._load;
  loader._load = function load(request, parent, isMain) {
    const redirect =
      typeof request === 'string' ? redirectOf(settings, request, parent?.filename ?? undefined) : undefined;
    return redirect ? required(redirect) : next.call(this, request, parent, isMain);
  };
}

function required(redirect: Redirect): object {
  const key = `${redirect.entry} ${redirect.importer}`;
  let exported = loaded.get(key);
  if (!exported) {
    exported = commonJsExports(redirect);
    loaded.set(key, exported);
  }
  return exported;
}

/** In the shape in which the package's own CommonJS files have it. */
function commonJsExports({ entry, importer }: Redirect): object {
  const api = entry === 'index' ? packageApi(importer) : polyfillApi(ownerOf(importer));
  const exported = { ...api, ...(entry === 'index' ? { shutdown } : {}), default: api };
  return Object.defineProperty(exported, '__esModule', { value: true });
}
