import { readFileSync } from 'node:fs';
import { RtcBindingError } from '../errors/rtc-error.js';
import nodeModule from 'node:module';
import { requirePackage } from './packages.js';

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

/**
 * Throws `RTC_WRONG_THREAD` when another thread of this process has loaded the addon, also when that thread has
 * ended: the addon keeps the constructors of the first thread for good, and a second one that uses it aborts
 * the process (H8).
 */
export function assertRtcThread(): void {
  if (findLoadedAddon() !== undefined || !isAddonMapped()) return;
  throw new RtcBindingError(
    'RTC_WRONG_THREAD',
    `another thread of this process has loaded node-datachannel already, and only one thread can ever use it; this is ${
      isMainThread() ? 'the main thread' : 'a worker thread'
    }. Create connections and sockets in the thread that loaded it and pass messages to that thread, or use a child process`,
  );
}

// Loaded for this message alone.
const isMainThread = (): boolean =>
  (requirePackage('node:worker_threads') as typeof import('node:worker_threads')).isMainThread;

function isAddonMapped(): boolean {
  if (process.platform === 'linux' || process.platform === 'android') {
    try {
      // A third of a millisecond, against several for the report.
      return readFileSync('/proc/self/maps', 'latin1').includes(ADDON_FILE);
    } catch {
      // No /proc, as in some sandboxes: the report finds the libraries in another way.
    }
  }
  return isInReport();
}

interface ReportSettings {
  excludeNetwork?: boolean;
  getReport(): unknown;
}

/**
 * Asked in the main thread as well, although it takes some milliseconds, once: a worker may have been first, and
 * the abort that follows would be the whole process's.
 */
function isInReport(): boolean {
  const report = process.report as unknown as ReportSettings | undefined;
  if (!report) return false;
  const { excludeNetwork } = report;
  // The report would look up the names of all peers. Node before 20.13 does not have the switch.
  if (excludeNetwork !== undefined) report.excludeNetwork = true;
  try {
    const { sharedObjects = [] } = report.getReport() as { sharedObjects?: string[] };
    return sharedObjects.some((path) => path.endsWith(ADDON_FILE));
  } finally {
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  }
}
