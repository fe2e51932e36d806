import { runChild } from '../../test/support/child.js';
import type { Compiled } from '../hazards/support/compiled.js';

export interface FuzzResult {
  readonly seed: number;
  /** Undefined when all went well. */
  readonly fault: string | undefined;
}

/** Milliseconds that one child may take: it stops by itself after 15 s of sequences. */
const MOST_MS = 60_000;

/** Runs `sequences` random sequences of calls from `seed` in a process of its own. */
export async function fuzzOnce(
  compiled: Compiled,
  seed: number,
  sequences: number,
  path?: string,
): Promise<FuzzResult> {
  const program = compiled.file(new URL('./program.ts', import.meta.url).href);
  const args = [String(seed), String(sequences), ...(path === undefined ? [] : [path])];
  // Most sequences are refused something and warned of it; what they end with would drown in that.
  const options = { nodeArguments: ['--no-warnings'], timeout: MOST_MS };
  const { code, signal, stdout, stderr } = await runChild(program, args, options);
  const well = code === 0 && stdout.includes('done');
  const end = signal === 'SIGKILL' ? `hung for ${MOST_MS} ms` : (signal ?? `exit code ${code}`);
  return { seed, fault: well ? undefined : `${end}\n${`${stdout}${stderr}`.slice(-6000)}` };
}
