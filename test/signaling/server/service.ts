import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A program that listens on a port of this machine, which may be killed and started again on the same port. */
export class Service implements AsyncDisposable {
  readonly port: number;
  readonly #program: string;
  readonly #args: (port: number) => string[];
  #child: ChildProcess | undefined;

  private constructor(program: string, args: (port: number) => string[], port: number) {
    this.#program = program;
    this.#args = args;
    this.port = port;
  }

  static isInstalled(program: string): boolean {
    const isThere = spawnSync(program, ['--version']).status === 0;
    if (!isThere) console.warn(`skipped: no ${program} in the path; "apt-get install ${program}"`);
    return isThere;
  }

  /** Resolves when it listens. */
  static async start(program: string, args: (port: number) => string[]): Promise<Service> {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as { port: number };
    free.close();
    await once(free, 'close');
    const service = new Service(program, args, port);
    await service.start();
    return service;
  }

  async start(): Promise<void> {
    const child = spawn(this.#program, this.#args(this.port), { stdio: 'ignore' });
    this.#child = child;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`${this.#program} ended with ${child.exitCode}`);
      const socket = connect(this.port, '127.0.0.1');
      const isOpen = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      });
      socket.destroy();
      if (isOpen) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** SIGKILL: it has no chance to say or keep anything. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
