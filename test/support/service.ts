import { connect } from 'node:net';
import { Child } from './child.js';
import { freePort } from './free-port.js';
import { type ServiceName, service } from './services.js';

/** A program that is not ours and listens on a port of this machine; it may be killed and started again on the same port. */
export class Service implements AsyncDisposable {
  readonly port: number;
  readonly #file: string;
  readonly #args: (port: number) => string[];
  #child: Child | undefined;

  private constructor(file: string, args: (port: number) => string[], port: number) {
    this.#file = file;
    this.#args = args;
    this.port = port;
  }

  /** Resolves when it listens. */
  static async start(name: ServiceName, args: (port: number) => string[]): Promise<Service> {
    const file = service(name);
    if (file === undefined) throw new Error(`there is no ${name}`);
    const started = new Service(file, args, await freePort());
    await started.start();
    return started;
  }

  async start(): Promise<void> {
    const child = new Child(this.#file, this.#args(this.port), { timeout: Number.POSITIVE_INFINITY });
    this.#child = child;
    let end: unknown;
    void child.ended.then((how) => {
      end = how;
    });
    while (!(await accepts(this.port))) {
      if (end) throw new Error(`${this.#file} ended: ${JSON.stringify(end)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** SIGKILL: it has no chance to say or keep anything. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#child?.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}
