import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A JSON object that a program printed on a line of its own. */
export type Line = Readonly<Record<string, unknown>>;

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly Line[];
  readonly stderr: string;
  /** Milliseconds from the program's `mainDone()` to its exit; undefined when it never got there. */
  readonly lingered: number | undefined;
}

export interface ChildOptions {
  /** Milliseconds after which the program is killed with SIGKILL. Default 20 000. */
  readonly timeout?: number;
  readonly nodeArguments?: readonly string[];
  /** Variables on top of this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A program in a process of its own, with TypeScript as it is, bounded in time. */
export class Child {
  readonly ended: Promise<ChildEnd>;
  readonly #process: ChildProcess;
  readonly #lines: Line[] = [];
  readonly #waiting = new Set<() => void>();
  #stderr = '';
  #mainDone: number | undefined;
  #exited: number | undefined;

  constructor(program: URL, args: readonly string[] = [], options: ChildOptions = {}) {
    const { timeout = 20_000, nodeArguments = [], environment = {} } = options;
    const command = [...nodeArguments, '--import', 'tsx', fileURLToPath(program), ...args];
    const child = spawn(process.execPath, command, {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      timeout,
      killSignal: 'SIGKILL',
    });
    this.#process = child;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#onLine(part);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    child.on('exit', () => {
      this.#exited = Date.now();
    });
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        const lingered =
          this.#mainDone === undefined ? undefined : (this.#exited ?? Date.now()) - this.#mainDone;
        resolve({ code, signal, lines: this.#lines, stderr: this.#stderr, lingered });
        this.#wake();
      });
    });
    this.ended.catch(() => {});
  }

  /** The first line that has `key`; rejects when the program ends without one. */
  async line(key: string): Promise<Line> {
    for (;;) {
      const found = this.#lines.find((line) => key in line);
      if (found) return found;
      if (this.#exited !== undefined) {
        const { stderr } = await this.ended;
        const late = this.#lines.find((line) => key in line);
        if (late) return late;
        throw new Error(`the program ended without saying "${key}": ${stderr}`);
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  #onLine(text: string): void {
    if (!text.startsWith('{')) return;
    const line = JSON.parse(text) as Line;
    if (typeof line.mainDone === 'number') this.#mainDone = line.mainDone;
    this.#lines.push(line);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Runs a program to its end. */
export function runChild(
  program: URL,
  args: readonly string[] = [],
  options: ChildOptions = {},
): Promise<ChildEnd> {
  return new Child(program, args, options).ended;
}
