import { readdirSync } from 'node:fs';
import { RtcRuntime } from '../../src/index.js';

/** What is measured, at a moment in which no scope is open and the garbage is collected. */
export interface Sample {
  /** Milliseconds since the start. */
  readonly at: number;
  readonly cycles: number;
  /** Threads of the whole process, Node's own included; NaN where `/proc` does not say. */
  readonly threads: number;
  /** Open file descriptors; NaN where `/proc` does not say. */
  readonly descriptors: number;
  /** Bytes of JavaScript objects that survive a collection. */
  readonly heap: number;
  /** Bytes of buffers outside of the heap. */
  readonly external: number;
  /** Bytes of the process in memory. */
  readonly rss: number;
}

/** Needs `--expose-gc`. Two collections: what a finalizer lets go of falls with the second. */
export async function takeSample(started: number, cycles: number): Promise<Sample> {
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    at: performance.now() - started,
    cycles,
    threads: entriesOf('/proc/self/task'),
    descriptors: entriesOf('/proc/self/fd'),
    heap: heapUsed,
    external,
    rss,
  };
}

/** What must be nothing between two cycles, whatever happened in them; '' when it is. */
export function leftBehind(): string {
  const { scopes, natives } = RtcRuntime.shared.snapshot();
  const left = [
    [scopes.length, 'scopes'],
    [natives.held, 'natives held'],
    [natives.retained, 'natives retained'],
    [RtcRuntime.shared.threads().count, 'library threads'],
  ] as const;
  return left
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ');
}

function entriesOf(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return Number.NaN;
  }
}
