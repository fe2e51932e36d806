import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ExampleEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Milliseconds until an example is killed; each takes a second or two on a quiet machine. */
const KILLED_AFTER_MS = 60_000;

/** An example as a user starts it, in a process of its own. */
export class ExampleProcess {
  readonly ended: Promise<ExampleEnd>;
  readonly #process: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #stdout = '';
  #end: ExampleEnd | undefined;

  constructor(name: string, ...args: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', `examples/${name}.ts`, ...args], {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: KILLED_AFTER_MS,
      killSignal: 'SIGKILL',
    });
    this.#process = child;
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        this.#end = { code, signal, stdout: this.#stdout, stderr };
        resolve(this.#end);
        this.#wake();
      });
    });
    this.ended.catch(() => {});
  }

  /** The first match in what it prints; rejects when it ends without one. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#stdout);
      if (match) return match;
      if (this.#end) throw new Error(`ended without saying ${pattern}: ${JSON.stringify(this.#end)}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

export function runExample(name: string, ...args: string[]): Promise<ExampleEnd> {
  return new ExampleProcess(name, ...args).ended;
}
