import { type Profiler, Session } from 'node:inspector/promises';
import type { Ran } from './bounds.js';

const SRC = new URL('../../src/', import.meta.url).href;
/** The loader's own, which keeps the names of functions. */
const OF_THE_LOADER = '__name';

/** Counts which functions of `src` run in this process, by V8's precise coverage. */
export class Coverage implements Disposable {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  static async start(): Promise<Coverage> {
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    return new Coverage(session);
  }

  /** What runs from the call of `operation` until its promise resolves. A module that it loads counts as run. */
  async of(operation: () => Promise<unknown>): Promise<Ran> {
    await this.#take();
    await operation();
    const ran: Record<string, string[]> = {};
    for (const { url, functions } of await this.#take()) {
      if (!url.startsWith(SRC)) continue;
      const names = functions.filter(hasRun).map(({ functionName }) => functionName);
      const file = url.slice(SRC.length).replace(/\?.*/, '');
      const own = names.filter((name) => name !== OF_THE_LOADER);
      if (own.length > 0) ran[file] = own;
    }
    return ran;
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  /** The counts since the last call, which sets them to zero. */
  async #take(): Promise<Profiler.ScriptCoverage[]> {
    return (await this.#session.post('Profiler.takePreciseCoverage')).result;
  }
}

function hasRun({ ranges }: Profiler.FunctionCoverage): boolean {
  return (ranges[0]?.count ?? 0) > 0;
}
