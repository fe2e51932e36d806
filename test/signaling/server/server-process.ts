import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { within } from '../../support/event.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface ServerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program `scoped-rtc-signaling`, in one file so that it starts at once. Within the project: it finds `ws` there. */
export async function bundledServer(): Promise<AsyncDisposable & { readonly file: string }> {
  const folder = await mkdtemp(join(ROOT, 'node_modules', '.signaling-server-'));
  const file = join(folder, 'server.mjs');
  await build({
    entryPoints: [join(ROOT, 'src/signaling/server/cli.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
  });
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** A signaling server in a process of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly ended: Promise<ServerEnd>;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ended: Promise<ServerEnd>, port: number) {
    this.#child = child;
    this.ended = ended;
    this.port = port;
  }

  /** Resolves when it listens. */
  static async start(file: string, ...args: string[]): Promise<ServerProcess> {
    const { child, ended, output } = run(file, args);
    const listening = new Promise<number>((resolve, reject) => {
      const look = () => {
        const port = /listening on wss?:\/\/\S+:(\d+)/.exec(output().stdout)?.[1];
        if (port) resolve(Number(port));
      };
      child.stdout?.on('data', look);
      void ended.then((end) => reject(new Error(`the server ended: ${JSON.stringify(end)}`)));
    });
    return new ServerProcess(child, ended, await within(listening, 'the server'));
  }

  kill(signal: NodeJS.Signals): Promise<ServerEnd> {
    this.#child.kill(signal);
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGKILL');
  }
}

/** Runs it to its end. */
export const runServer = (file: string, ...args: string[]): Promise<ServerEnd> => run(file, args).ended;

function run(file: string, args: string[]) {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: ROOT,
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<ServerEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  ended.catch(() => {});
  return { child, ended, output: () => ({ stdout, stderr }) };
}
