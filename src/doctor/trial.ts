import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a program in a process of its own went. */
export interface Trial {
  /** What it said, merged into one object. */
  readonly said: Readonly<Record<string, unknown>>;
  /** It said that it had done all it had to do. */
  readonly done: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It had to be killed. */
  readonly hung: boolean;
  readonly stderr: string;
}

/** Milliseconds; a program takes some hundreds on an idle machine. */
const LONGEST_MS = 30_000;
const SOURCE = import.meta.url.endsWith('.ts');

/**
 * Runs one of `programs/`. In a process of its own, because what goes wrong with a native library often takes the
 * process with it, and because the thread that loads the library is the only one that ever can.
 */
export function runTrial(program: string, args: readonly string[] = []): Promise<Trial> {
  const file = fileURLToPath(
    new URL(`../doctor/programs/${program}.${SOURCE ? 'ts' : 'js'}`, import.meta.url),
  );
  // From source there is a loader, which this process has and its child needs.
  const loader = SOURCE ? ['--import', import.meta.resolve('tsx')] : [];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...loader, file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const said = Object.assign({}, ...lines(stdout)) as Record<string, unknown>;
      const done = said.done === true;
      resolve({ said, done, code, signal, hung: signal === 'SIGKILL', stderr });
    });
  });
}

function lines(text: string): object[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as object);
}

/** What was wrong with how it ended; undefined when nothing was. */
export function faultOf({ done, code, signal, hung, stderr, said }: Trial): string | undefined {
  if (hung) return done ? 'the process never ended' : 'it hung';
  if (signal !== null) return `the process crashed with ${signal}`;
  if (typeof said.wrong === 'string') return said.wrong;
  if (code !== 0) return `exit code ${code}: ${lastLine(stderr)}`;
  return done ? undefined : 'it ended too early';
}

function lastLine(text: string): string {
  const errors = text.split('\n').filter((line) => /^\S*Error\b/.test(line));
  return errors.at(-1) ?? text.trim().split('\n').at(-1) ?? '';
}
