import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { WebSocket, WebSocketServer } from 'ws';
import { Latch } from '../../time/wait.js';
import { Deadline } from '../../time/deadline.js';
import { type Bounds, type CloseOptions, checkBounds } from '../../scope/scope-options.js';
import { BYE, type JoinRequest, readClientMessage } from '../wire/room-message.js';
import { loadWs } from './load-ws.js';
import { Member } from './member.js';
import { Room } from './room.js';
import {
  type CheckedServerOptions,
  checkServerOptions,
  type SignalingServerOptions,
} from './server-options.js';

/**
 * Starts a signaling server: rooms of peers that find each other and pass messages on. It keeps no message; the peers'
 * acknowledgements do (`AcknowledgedChannel`), so it may be restarted at any time.
 *
 * Rejects with `RTC_BINDING_UNAVAILABLE` when the package `ws` is not there, and with Node's error when it cannot
 * listen.
 */
export async function startSignalingServer(options: SignalingServerOptions = {}): Promise<SignalingServer> {
  const checked = checkServerOptions(options);
  const { WebSocketServer: Sockets, WebSocket: Socket } = await loadWs();
  // The reason goes in a message before the close frame: not every client gets to see the frame's.
  class ReasonedSocket extends Socket {
    override close(code?: number, reason?: string | Buffer): void {
      const text = BYE[code as keyof typeof BYE] as string | undefined;
      if (text !== undefined && this.readyState === Socket.OPEN) {
        this.send(JSON.stringify({ bye: { code, reason: text } }), () => {});
      }
      super.close(code, reason ?? text);
    }
  }
  const http = checked.tls ? createTlsServer(checked.tls) : createServer();
  http.on('request', (_, response) =>
    response.writeHead(426, { connection: 'close' }).end('WebSocket only\n'),
  );
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen({ port: checked.port, host: checked.host }, resolve);
  });
  const settings = { noServer: true, maxPayload: checked.limits.messageSize, WebSocket: ReasonedSocket };
  // The types of `ws` do not know this option yet.
  const sockets = new Sockets({ ...settings, closeTimeout: CLOSE_MS } as typeof settings);
  return new SignalingServer(checked, http, sockets);
}

/** A running signaling server; see `startSignalingServer`. */
export class SignalingServer implements AsyncDisposable {
  readonly #options: CheckedServerOptions;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #instance = randomUUID();
  readonly #rooms = new Map<string, Room>();
  readonly #members = new Set<Member>();
  readonly #port: number;
  readonly #cancel = new Set<() => void>();
  #stopping: Promise<void> | undefined;
  #progress: Latch<void> | undefined;

  /** @internal */
  constructor(options: CheckedServerOptions, http: Server, sockets: WebSocketServer) {
    this.#options = options;
    this.#http = http;
    this.#sockets = sockets;
    this.#port = (http.address() as AddressInfo).port;
    http.on('upgrade', (request, socket, head) => {
      const refusal = this.#refusal(request);
      socket.on('error', () => {}); // nobody else listens for it yet
      if (refusal) socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      else sockets.handleUpgrade(request, socket, head, (accepted) => this.#accept(accepted));
    });
    this.#every(options.idleTimeout / QUESTIONS, () => this.#lookAround());
  }

  /** The port it listens on. */
  get port(): number {
    return this.#port;
  }

  /** Sockets, whether they have joined a room or not. */
  get connections(): number {
    return this.#members.size;
  }

  /** Rooms with somebody in them, and who that is. */
  get rooms(): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#rooms].map(([name, room]) => [name, room.peers]));
  }

  /**
   * Accepts nobody any more, tells every peer that the server stops, waits until each has said that it knows (at most
   * `timeout`, default 5000 ms), and closes the sockets. Idempotent.
   */
  stop(options?: CloseOptions): Promise<void> {
    let bounds: Bounds;
    try {
      bounds = checkBounds(options, 'stop()');
    } catch (error) {
      return Promise.reject(error);
    }
    this.#stopping ??= this.#stop(bounds);
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop({ timeout = STOP_MS, signal }: Bounds): Promise<void> {
    for (const cancel of this.#cancel) cancel();
    const listening = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    using deadline = new Deadline(this.#options.clock, { timeout, signal });
    for (const member of this.#members) {
      if (member.name === '') member.stopped = true;
      else member.send({ stop: true });
    }
    await this.#all((member) => member.stopped, deadline);
    for (const member of this.#members) member.cutOff(1001);
    await this.#all(() => false, deadline);
    for (const member of this.#members) member.socket.terminate();
    for (const room of this.#rooms.values()) room.close();
    this.#http.closeAllConnections();
    this.#sockets.close();
    await listening;
  }

  /** Waits until it holds for every member that is left. */
  async #all(holds: (member: Member) => boolean, deadline: Deadline): Promise<void> {
    while (![...this.#members].every(holds)) {
      this.#progress = new Latch();
      if (!(await deadline.within(this.#progress.promise))) return;
    }
  }

  #refusal({ headers }: IncomingMessage): string | undefined {
    const { origins, limits } = this.#options;
    if (this.#stopping) return '503 Service Unavailable';
    if (this.#members.size >= limits.connections) return '503 Service Unavailable';
    if (origins && headers.origin !== undefined && !origins.includes(headers.origin)) return '403 Forbidden';
    return undefined;
  }

  #accept(socket: WebSocket): void {
    const { clock, limits, joinTimeout } = this.#options;
    let room: Room | Promise<Room | undefined> | undefined;
    // Nobody waits in the room for a close that may take its time.
    const member = new Member(socket, clock, limits, (gone) => {
      if (room instanceof Room) this.#leave(room, gone);
    });
    this.#members.add(member);
    const cancel = clock.after(joinTimeout, () => member.name === '' && member.cutOff(4002));
    socket.on('error', () => {}); // "close" follows, and says the same
    socket.on('pong', () => member.seen());
    socket.on('message', (data, isBinary) => {
      if (member.gone) return;
      member.seen();
      if (!member.maySend()) return member.cutOff(4029);
      const message = isBinary ? undefined : readClientMessage(String(data));
      if (!message) member.cutOff(4000);
      else if ('stopped' in message) this.#stopped(member);
      else if ('join' in message && room === undefined) {
        room = this.#join(member, message.join);
        void room.then((joined) => (room = joined));
      } else if ('to' in message && room instanceof Room) room.relay(member.name, message.to, message.data);
      else member.cutOff(4000);
    });
    socket.on('close', () => {
      cancel();
      this.#members.delete(member);
      if (room instanceof Room) this.#leave(room, member);
      this.#stopped(member);
    });
  }

  async #join(member: Member, request: JoinRequest): Promise<Room | undefined> {
    try {
      if ((await this.#options.admits(request)) !== true) return void member.cutOff(4001);
      const room = this.#rooms.get(request.room) ?? this.#newRoom(request.room);
      if (!room) return void member.cutOff(4005);
      await room.open();
      // While we waited the last one may have left, and the room closed behind him.
      if (this.#rooms.get(room.name) !== room) return await this.#join(member, request);
      const { peers } = room;
      if (!peers.includes(request.peer) && peers.length >= this.#options.limits.peersPerRoom) {
        this.#closeIfEmpty(room);
        return void member.cutOff(4004);
      }
      if (member.gone || !this.#members.has(member)) return void this.#closeIfEmpty(room);
      member.name = request.peer;
      room.enter(member);
      return room;
    } catch {
      return void member.cutOff(4001); // whoever decides could not
    }
  }

  #newRoom(name: string): Room | undefined {
    const { limits, broker, clock } = this.#options;
    if (this.#rooms.size >= limits.rooms) return undefined;
    const room = new Room(name, this.#instance, broker, () => clock.now());
    this.#rooms.set(name, room);
    return room;
  }

  #leave(room: Room, member: Member): void {
    room.leave(member);
    this.#closeIfEmpty(room);
  }

  #closeIfEmpty(room: Room): void {
    if (room.members.size > 0 || this.#rooms.get(room.name) !== room) return;
    this.#rooms.delete(room.name);
    room.close();
  }

  #stopped(member: Member): void {
    member.stopped = true;
    this.#progress?.resolve();
  }

  #lookAround(): void {
    const { idleTimeout } = this.#options;
    for (const member of this.#members) member.ask();
    for (const room of this.#rooms.values()) room.refresh(idleTimeout);
  }

  #every(ms: number, work: () => void): void {
    const again = () => {
      const cancel = this.#options.clock.after(ms, () => {
        this.#cancel.delete(cancel);
        work();
        again();
      });
      this.#cancel.add(cancel);
    };
    again();
  }
}

/** Milliseconds that a peer has to take its close frame. */
const CLOSE_MS = 2000;
/** Milliseconds that the peers have to say that they know of the stop. */
const STOP_MS = 5000;
/** Looks at its peers within one idle timeout: three questions, then the verdict. */
const QUESTIONS = 4;
