import nodeModule from 'node:module';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type HookSettings, initialize, resolve } from './resolve-hook.js';
import { ownerOf, packageApi, shutdown } from './package-api.js';
import { polyfillApi } from './polyfill-api.js';
import { type Redirect, type RedirectSettings, redirectOf } from './redirects.js';

/*
 * `node --import scoped-rtc/register app.js`: every import and `require()` of node-datachannel gets the drop-in. The
 * binding itself is loaded only then: this module runs in every worker as well, and those must not
 * touch it (H8).
 */

const here = fileURLToPath(import.meta.url);
/** `.ts` where the sources themselves run, in the tests. */
const extension = here.slice(here.lastIndexOf('.'));
const sibling = (name: string) => new URL(`./${name}${extension}`, import.meta.url).href;

/** Forks of the binding with the same API, by name. */
const aliases = (process.env.SCOPED_RTC_ALIAS ?? '')
  .split(',')
  .map((name) => name.trim())
  .filter((name) => name !== '');

const settings: HookSettings = {
  names: ['node-datachannel', ...aliases],
  root: dirname(dirname(here)) + sep,
  urls: { index: sibling('index'), polyfill: sibling('polyfill') },
};

if (process.versions.bun !== undefined) {
  process.emitWarning(
    "scoped-rtc/register redirects nothing: Bun does not offer Node's hooks of module loading. Import " +
      'scoped-rtc/compat instead of node-datachannel (docs/drop-in.md)',
    { type: 'ScopedRtcWarning' },
  );
}
hookRequire(settings);

type RegisterHooks = (hooks: { resolve: typeof resolve }) => void;

/** In this thread, since Node 22.15 and 23.5; before, hooks have a thread of their own. */
const { registerHooks } = nodeModule as unknown as { registerHooks?: RegisterHooks };
if (registerHooks) {
  initialize(settings);
  registerHooks({ resolve });
} else {
  nodeModule.register(sibling('resolve-hook'), { data: settings });
}

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
