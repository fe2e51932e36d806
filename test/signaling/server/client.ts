import { WebSocket, type ClientOptions } from 'ws';
import { until } from '../../support/event.js';

type Reported = Readonly<Record<string, unknown>>;

/** A client that says exactly what the test wants, and keeps what it has received. */
export class Client implements Disposable {
  readonly socket: WebSocket;
  readonly reported: Reported[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** Set false for one that never answers the server. */
  answers = true;

  constructor(port: number, options: ClientOptions = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/`, options);
    this.socket.on('error', () => {});
    this.socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Reported;
      this.reported.push(message);
      if (message.stop === true && this.answers) this.say({ stopped: true });
    });
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
  }

  /** One that is in the room. */
  static async join(
    port: number,
    room: string,
    peer: string,
    options: ClientOptions & { token?: string } = {},
  ) {
    const client = new Client(port, options);
    await client.ask({
      join: { room, peer, ...(options.token === undefined ? {} : { token: options.token }) },
    });
    await until(() => client.reported.some((message) => 'joined' in message), `${peer} joining`);
    return client;
  }

  /** Says it as soon as the socket is open. */
  async ask(message: unknown): Promise<void> {
    await until(() => this.socket.readyState !== WebSocket.CONNECTING, 'the socket');
    this.say(message);
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async end(): Promise<{ readonly code: number; readonly reason: string }> {
    await until(() => this.closed !== undefined, 'the close');
    return this.closed as { code: number; reason: string };
  }

  /** What it got from others. */
  get received(): [unknown, unknown][] {
    return this.reported.filter((message) => 'from' in message).map(({ from, data }) => [from, data]);
  }

  get bye(): unknown {
    return this.reported.find((message) => 'bye' in message)?.bye;
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }
}
