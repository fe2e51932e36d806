import { spawn } from 'node:child_process';
import { type Compiled, ROOT } from '../hazards/support/compiled.js';

export interface FuzzResult {
  readonly seed: number;
  /** Undefined when all went well. */
  readonly fault: string | undefined;
}

/** Milliseconds that one child may take: it stops by itself after 15 s of sequences. */
const MOST_MS = 60_000;

/** Runs `sequences` random sequences of calls from `seed` in a process of its own. */
export function fuzzOnce(
  compiled: Compiled,
  seed: number,
  sequences: number,
  path?: string,
): Promise<FuzzResult> {
  const program = compiled.file(new URL('./program.ts', import.meta.url).href);
  // Most sequences are refused something and warned of it; what they end with would drown in that.
  const args = [
    '--no-warnings',
    program,
    String(seed),
    String(sequences),
    ...(path === undefined ? [] : [path]),
  ];
  const child = spawn(process.execPath, args, { cwd: ROOT, timeout: MOST_MS, killSignal: 'SIGKILL' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const well = code === 0 && output.includes('done');
      const end = signal === 'SIGKILL' ? `hung for ${MOST_MS} ms` : (signal ?? `exit code ${code}`);
      resolve({ seed, fault: well ? undefined : `${end}\n${output.slice(-6000)}` });
    });
  });
}
