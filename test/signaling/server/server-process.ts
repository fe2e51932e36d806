import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Child, type ChildEnd, ROOT, runChild } from '../../support/child.js';

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
  readonly ended: Promise<ChildEnd>;
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child, port: number) {
    this.#child = child;
    this.ended = child.ended;
    this.port = port;
  }

  /** Resolves when it listens. */
  static async start(file: string, ...args: string[]): Promise<ServerProcess> {
    const child = new Child(file, args, { timeout: LONGEST_MS });
    const [, port] = await child.said(/listening on wss?:\/\/\S+:(\d+)/);
    return new ServerProcess(child, Number(port));
  }

  kill(signal: NodeJS.Signals): Promise<ChildEnd> {
    this.#child.kill(signal);
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGKILL');
  }
}

/** Runs it to its end. */
export const runServer = (file: string, ...args: string[]): Promise<ChildEnd> => runChild(file, args);

const LONGEST_MS = 120_000;
