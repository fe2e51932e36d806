import { type ChildProcess, spawn } from 'node:child_process';
import type { Compiled } from './compiled.js';
import { ROOT } from './compiled.js';
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

type Line = Readonly<Record<string, unknown>>;

/** Runs one side of a row in a process of its own. Never longer than the limits: then it is killed. */
export function runOnce(
  compiled: Compiled,
  hazard: Hazard,
  side: SideName,
  limits: RunLimits,
  binding?: string,
): Promise<Outcome> {
  const program = compiled.file(new URL('./program.ts', import.meta.url).href);
  const started = performance.now();
  const env = { ...process.env, ...(binding === undefined ? {} : { HAZARDS_BINDING: binding }) };
  const child = spawn(process.execPath, ['--expose-gc', program, compiled.url(hazard.file), side], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    const lines: Line[] = [];
    let stderr = '';
    let rest = '';
    let done = false;
    let killed = false;
    let exiting: number | undefined;
    const kill = () => {
      killed = true;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(kill, limits.total);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const line = parse(part);
        if (!line) continue;
        lines.push(line);
        if (line.exiting) exiting = performance.now();
        if (!line.done) continue;
        done = true;
        clearTimeout(timer);
        timer = setTimeout(kill, limits.linger);
      }
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < MOST_STDERR) stderr += text;
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      const end = { code: child.exitCode, signal: child.signalCode, killed, done, stderr };
      const blocked = exiting === undefined || killed ? 0 : performance.now() - exiting;
      const faults = [
        ...endFaults(end, hazard.exitCode ?? 0),
        ...lineFaults(lines),
        ...(blocked > BLOCKED_MS ? [`the end of the process blocked for ${seconds(blocked)}`] : []),
      ];
      const notes = lines.flatMap((line) => (typeof line.note === 'string' ? [line.note] : []));
      resolve({ faults, notes, ms: performance.now() - started });
    });
  });
}

interface End {
  readonly code: ChildProcess['exitCode'];
  readonly signal: ChildProcess['signalCode'];
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

function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined; // the library's own output
  }
}

const MOST_STDERR = 20_000;
const MOST_REASON = 80;
/** A busy machine may stall a process for a second or two; the library's own freeze is ten. */
const BLOCKED_MS = 4000;
