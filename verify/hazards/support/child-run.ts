import { Child, type Line } from '../../../test/support/child.js';
import type { Compiled } from './compiled.js';
import type { Hazard } from './hazard.js';

export type SideName = 'raw' | 'sdk';

/** What one run of one program showed. */
export interface Outcome {
  /** Everything that a user should not meet; empty when all is well. */
  readonly faults: readonly string[];
  readonly notes: readonly string[];
  readonly ms: number;
}

export interface RunLimits {
  /** Milliseconds for the whole program. */
  readonly total: number;
  /** Milliseconds from the end of the program to the end of its process. */
  readonly linger: number;
}

/** Runs one side of a row in a process of its own. Never longer than the limits: then it is killed. */
export async function runOnce(
  compiled: Compiled,
  hazard: Hazard,
  side: SideName,
  limits: RunLimits,
  binding?: string,
): Promise<Outcome> {
  const program = compiled.file(new URL('./program.ts', import.meta.url).href);
  const started = performance.now();
  let done = false;
  let late = false;
  let exiting: number | undefined;
  const child = new Child(program, [compiled.url(hazard.file), side], {
    nodeArguments: ['--expose-gc'],
    environment: binding === undefined ? {} : { HAZARDS_BINDING: binding },
    timeout: Number.POSITIVE_INFINITY,
    onLine: (line) => {
      if (line.exiting) exiting = performance.now();
      if (!line.done) return;
      done = true;
      clearTimeout(timer);
      timer = setTimeout(kill, limits.linger);
    },
  });
  const kill = () => {
    late = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(kill, limits.total);
  const { code, signal, stderr, lines } = await child.ended;
  clearTimeout(timer);
  const blocked = exiting === undefined || late ? 0 : performance.now() - exiting;
  const faults = [
    ...endFaults({ code, signal, killed: late, done, stderr }, hazard.exitCode ?? 0),
    ...lineFaults(lines),
    ...(blocked > BLOCKED_MS ? [`the end of the process blocked for ${seconds(blocked)}`] : []),
  ];
  const notes = lines.flatMap((line) => (typeof line.note === 'string' ? [line.note] : []));
  return { faults, notes, ms: performance.now() - started };
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly killed: boolean;
  readonly done: boolean;
  readonly stderr: string;
}

function endFaults({ code, signal, killed, done, stderr }: End, right: number): string[] {
  if (killed) return [done ? 'the process never exits' : 'hangs'];
  if (signal) {
    const why = /what\(\):\s*(.+)/.exec(stderr)?.[1] ?? /FATAL ERROR: (.+)/.exec(stderr)?.[1];
    return [why ? `${signal} (${why.trim()})` : signal];
  }
  if (code === right) return [];
  const error = /^(?:\w*Error|Error \[\w+\])[^\n]*/m.exec(stderr)?.[0];
  return [error ? `exit code ${code} (${error.slice(0, MOST_REASON)})` : `exit code ${code}`];
}

function lineFaults(lines: readonly Line[]): string[] {
  const faults: string[] = [];
  for (const { lost, total, what, wrong, blocked } of lines) {
    if (typeof lost === 'number') faults.push(`${lost} of ${total} ${what} lost`);
    if (typeof wrong === 'string') faults.push(wrong);
    if (typeof blocked === 'number' && blocked > BLOCKED_MS)
      faults.push(`event loop blocked for ${seconds(blocked)}`);
  }
  return faults;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

const MOST_REASON = 80;
/** A busy machine stalled a process for five; the library's own freezes last ten. */
const BLOCKED_MS = 8000;
