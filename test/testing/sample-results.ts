import { runChild } from '../support/child.js';

export interface SampleTest {
  readonly test: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  /** Each as vitest prints it: name and message. */
  readonly errors: readonly string[];
}

/** How one file of the sample suite went. */
export interface SampleResult {
  readonly tests: readonly SampleTest[];
  readonly ok: boolean;
  /** Reported for the file, not for a test. */
  readonly errors: readonly string[];
}

/** Runs `test/testing/sample/<name>.sample.ts` for each name, all in one child vitest. */
export async function runSamples(names: readonly string[]): Promise<ReadonlyMap<string, SampleResult>> {
  const program = new URL('sample/run.ts', import.meta.url);
  // What fails sets the exit code; what counts here is what it says.
  const { lines, signal, stderr } = await runChild(program, names, { timeout: LIMIT_MS });
  if (signal !== null) throw new Error(`the samples were ended by ${signal}: ${stderr}`);
  return new Map(names.map((name) => [name, resultOf(name, lines, stderr)]));
}

function resultOf(name: string, all: readonly object[], stderr: string): SampleResult {
  const lines = all.filter((line) => 'sample' in line && line.sample === name);
  const tests = lines.filter((line) => 'test' in line) as unknown as SampleTest[];
  const end = lines.find((line) => 'ok' in line) as unknown as SampleResult | undefined;
  if (!end) throw new Error(`the sample ${name} never ended: ${stderr}`);
  return { tests, ok: end.ok, errors: end.errors };
}

/** The five hundred take 9 s alone on two cores; a loaded machine takes several times that. */
const LIMIT_MS = 280_000;
