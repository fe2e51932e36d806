import type { RtcScope, WebSocket, WebSocketServer } from '../../src/index.js';
import type { ChannelLog } from './channel-log.js';
import { countOf, sizeOf, type Step } from './program.js';
import { telling } from './telling.js';

/** On which a process accepts WebSockets. */
const PORTS: Readonly<Record<string, number>> = { alice: 8001, bob: 8002 };
/** Messages, and bytes of each: what the system does not take at once. */
const MORE_THAN_A_SEND_BUFFER = '40-40000';
/** Number, who closes at the first message, and the answer to it: messages, and bytes of each. */
const PATH = /^\/\d+-(\w+)-(\d+)-(\d+)/;

/** What a peer's sockets need of it. */
export interface SocketOwner {
  readonly name: string;
  /** One of its scopes, unless all have ended. */
  scope(at: number): RtcScope | undefined;
  log(socket: WebSocket, path: string): ChannelLog;
}

/** The WebSockets of a peer. The path says what both ends do: a server that is `hasty` answers and closes at once. */
export class PeerSockets {
  readonly #owner: SocketOwner;
  #server: WebSocketServer | undefined;

  constructor(owner: SocketOwner) {
    this.#owner = owner;
  }

  listen(scope: number): void {
    if (this.#server?.state !== 'open') telling(() => this.#listen(scope));
  }

  dial(server: string, number: number, step: Step): void {
    telling(() => this.#dial(server, number, step));
  }

  #listen(scope: number): void {
    const port = PORTS[this.#owner.name]!;
    this.#server = this.#owner.scope(scope)?.createWebSocketServer({ port, protocols: false });
    this.#server?.on('connection', (socket) => {
      const path = socket.requestPath ?? 'unknown';
      const log = this.#owner.log(socket, path);
      const [, kind, count = 0, size] = PATH.exec(path) ?? [];
      log.onNext = () => {
        log.send(Number(count), Number(size));
        if (kind === 'hasty') close(socket);
      };
    });
  }

  #dial(server: string, number: number, step: Step): void {
    const { a, b } = step;
    const kind = (['hasty', 'hasty', 'brief', 'lasting'] as const)[a % 4]!;
    const way = ['', '-iterated', '-streamed'][b % 3]!;
    const answer = a % 8 === 4 ? MORE_THAN_A_SEND_BUFFER : `${countOf(step)}-${sizeOf(step)}`;
    const path = `/${number}-${kind}-${answer}${way}`;
    const socket = this.#owner.scope(a)?.createWebSocket(`ws://127.0.0.1:${PORTS[server]}${path}`);
    if (!socket) return;
    const log = this.#owner.log(socket, path);
    log.send(1 + (a % 5), b);
    if (kind === 'brief') log.onNext = () => close(socket);
  }
}

function close(socket: WebSocket): void {
  socket.close().catch(() => {});
}
