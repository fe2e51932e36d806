import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A JSON object that a program printed on a line of its own. */
export type Line = Readonly<Record<string, unknown>>;

export interface ChildEnd {
  readonly code: number | null;
  /** SIGKILL also where the program was ended by its bound. */
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly Line[];
  readonly stdout: string;
  readonly stderr: string;
  /** The program said `mainDone()`, and nothing kept its process from exiting after that. */
  readonly exitedByItself: boolean;
}

export interface ChildOptions {
  /** Milliseconds after which the program is killed with SIGKILL. Default 60 000; `Infinity` for no bound. */
  readonly timeout?: number;
  /** Milliseconds from the program's `mainDone()` until it is killed. Default 60 000. */
  readonly lingers?: number;
  readonly nodeArguments?: readonly string[];
  /** A command that runs what stands behind it, such as `ip netns exec NAME`. */
  readonly prefix?: readonly string[];
  /** Variables on top of this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Default: the root of the project. */
  readonly folder?: string;
  /** Opens its standard input, for `write()` and `endInput()`. */
  readonly input?: boolean;
  /** Called for each line as it comes. */
  readonly onLine?: (line: Line) => void;
  /** Opens a channel for messages, `process.send()` in the program. Default false. */
  readonly channel?: boolean;
}

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The environment variable with the folder of the bundles that `bundled-programs.ts` made. */
export const BUNDLES_VARIABLE = 'TEST_BUNDLES';
const DEFAULT_BOUND_MS = 60_000;

/**
 * A program in a process of its own, bounded in time: the one way to start one, in tests and in `verify/`. The first
 * argument is a file for Node.js, TypeScript or not, or the name of a command.
 */
export class Child {
  readonly ended: Promise<ChildEnd>;
  readonly #process: ChildProcess;
  readonly #onLine: ((line: Line) => void) | undefined;
  readonly #lines: Line[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #lingers: number;
  #timer: NodeJS.Timeout | undefined;
  #stdout = '';
  #stderr = '';
  #rest = '';
  #mainDone = false;
  #end: ChildEnd | undefined;

  constructor(program: URL | string, args: readonly string[] = [], options: ChildOptions = {}) {
    const { timeout = DEFAULT_BOUND_MS, lingers = DEFAULT_BOUND_MS, onLine, channel = false } = options;
    this.#lingers = lingers;
    this.#onLine = onLine;
    const whole = [...(options.prefix ?? []), ...commandFor(program, options.nodeArguments ?? []), ...args];
    const child = spawn(whole[0] as string, whole.slice(1), {
      cwd: options.folder ?? ROOT,
      env: { ...process.env, ...options.environment },
      stdio: [options.input ? 'pipe' : 'ignore', 'pipe', 'pipe', ...(channel ? (['ipc'] as const) : [])],
    });
    this.#process = child;
    this.#killAfter(timeout);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#onText(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    child.stdin?.on('error', () => {}); // it has gone, which its end reports
    this.ended = new Promise((resolve, reject) => {
      child.on('error', (error) => {
        clearTimeout(this.#timer);
        reject(error);
      });
      // Not its `close` event, which never comes after `disconnect()` on this side.
      let open = 3;
      const onEnd = () => {
        if (--open > 0) return;
        const { exitCode: code, signalCode: signal } = child;
        clearTimeout(this.#timer);
        this.#end = {
          ...{ code, signal, lines: this.#lines, stdout: this.#stdout, stderr: this.#stderr },
          exitedByItself: this.#mainDone && signal === null,
        };
        resolve(this.#end);
        this.#wake();
      };
      for (const stream of [child.stdout, child.stderr]) stream?.once('close', onEnd);
      child.once('exit', onEnd);
    });
    this.ended.catch(() => {});
  }

  /** What it has printed until now. */
  get stdout(): string {
    return this.#stdout;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The first line that has `key`; rejects when the program ends without one. */
  line(key: string): Promise<Line> {
    return this.#first(() => this.#lines.find((line) => key in line), `"${key}"`);
  }

  /** The first match in what it prints, on either output; rejects when it ends without one. */
  said(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#first(
      () => pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr) ?? undefined,
      String(pattern),
    );
  }

  /** Messages of a program with a `channel`; listened to in the turn in which it was started, none is missed. */
  on(event: 'message', listener: (message: never) => void): this {
    this.#process.on(event, listener as (message: unknown) => void);
    return this;
  }

  off(event: 'message', listener: (message: never) => void): this {
    this.#process.off(event, listener as (message: unknown) => void);
    return this;
  }

  /** To a program with a `channel`. One that has gone is seen by its end. */
  send(message: object): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  /** A line of JSON on the standard input of a program with `input`. */
  write(line: object): void {
    this.#process.stdin?.write(`${JSON.stringify(line)}\n`);
  }

  endInput(): void {
    this.#process.stdin?.end();
  }

  /** Closes the channel for messages: the program sees it by its `disconnect` event. */
  disconnect(): void {
    if (this.#process.connected) this.#process.disconnect();
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async #first<T>(find: () => T | undefined, what: string): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#end)
        throw new Error(`the program ended without saying ${what}: ${JSON.stringify(this.#end)}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #onText(text: string): void {
    this.#stdout += text;
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = parsed(part);
      if (!line) continue;
      if ('mainDone' in line && !this.#mainDone) {
        this.#mainDone = true;
        this.#killAfter(this.#lingers);
      }
      this.#lines.push(line);
      this.#onLine?.(line);
    }
    this.#wake();
  }

  #killAfter(ms: number): void {
    clearTimeout(this.#timer);
    if (ms !== Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.kill('SIGKILL'), ms);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Runs a program to its end. */
export function runChild(
  program: URL | string,
  args: readonly string[] = [],
  options: ChildOptions = {},
): Promise<ChildEnd> {
  return new Child(program, args, options).ended;
}

/** How a program is started, for those that another command starts. */
export function commandFor(
  program: URL | string,
  nodeArguments: readonly string[] = [],
): [string, ...string[]] {
  const file = program instanceof URL ? fileURLToPath(program) : program;
  if (!/\.[cm]?[jt]s$/.test(file)) return [file];
  if (!file.endsWith('.ts')) return [process.execPath, ...nodeArguments, file];
  const bundle = bundleOf(file);
  const started = bundle === undefined ? ['--import', 'tsx', file] : ['--enable-source-maps', bundle];
  return [process.execPath, ...nodeArguments, ...started];
}

/** What `bundled-programs.ts` made of a program, where it ran. */
function bundleOf(file: string): string | undefined {
  const folder = process.env[BUNDLES_VARIABLE];
  if (folder === undefined) return undefined;
  const bundle = join(folder, relative(ROOT, file).replace(/\.ts$/, '.mjs'));
  return existsSync(bundle) ? bundle : undefined;
}

function parsed(text: string): Line | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined; // the library's own output
  }
}
