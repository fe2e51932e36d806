import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { RtcWarningCode } from '../../diagnostics/warning.js';
import { systemClock } from '../../time/clock.js';
import { Deferred, poll } from '../../time/wait.js';
import { Deadline, type Bounds, type CloseOptions, checkBounds } from '../../time/deadline.js';
import { EventSource } from '../wire/event-source.js';
import {
  type ClientJoin,
  type Departure,
  type MemberDescription,
  readClientMessage,
} from '../wire/room-message.js';
import { refusalOf } from './admission.js';
import { answer, readBrowserModule } from './browser-module.js';
import { GuardedBroker } from './broker.js';
import { isAcknowledgement } from './acknowledgement.js';
import { Listener } from './listener.js';
import { Member } from './member.js';
import { Room } from './room.js';
import { webSocketServer } from './web-socket-server.js';
import {
  type CheckedServerOptions,
  checkServerOptions,
  type SignalingServerOptions,
} from './server-options.js';

/**
 * Starts a signaling server: rooms in which peers find each other and exchange messages. The server keeps no message: peers
 * repeat what was not acknowledged (`AcknowledgedChannel`), so the server may be restarted at any time.
 *
 * Rejects with `RTC_BINDING_UNAVAILABLE` when the package `ws` is not there, and with Node's error when it cannot
 * listen.
 */
export async function startSignalingServer(options: SignalingServerOptions = {}): Promise<SignalingServer> {
  const checked = checkServerOptions(options);
  const sockets = await webSocketServer(checked.limits.messageSize);
  const page = checked.serveClient ? await readBrowserModule() : undefined;
  const listener = await Listener.start(checked);
  return new SignalingServer(checked, listener, sockets, page);
}

/** A member of a room of this server. */
export interface ServerMember extends MemberDescription {
  readonly room: string;
}

export interface SignalingServerEvents {
  /** A peer has joined a room at this server. */
  joined: [member: ServerMember];
  /** A peer has left, was removed, or was lost. */
  left: [member: ServerMember, departure: Departure];
  /**
   * The broker does not work; emitted once, until it has worked again. Also what the functions for `token` and `accept`
   * throw, each time. Without a listener it is a process warning.
   */
  error: [error: unknown];
}

/** A running signaling server; see `startSignalingServer`. */
export class SignalingServer extends EventSource<SignalingServerEvents> implements AsyncDisposable {
  readonly #options: CheckedServerOptions;
  readonly #listener: Listener;
  readonly #sockets: WebSocketServer;
  readonly #instance = randomUUID();
  readonly #broker: GuardedBroker | undefined;
  readonly #rooms = new Map<string, Room>();
  readonly #members = new Set<Member>();
  readonly #cancel = new Set<() => void>();
  #published = 0;
  #stopping: Promise<void> | undefined;
  #stopDeadline: Deadline | undefined;
  #progress: Deferred<void> | undefined;

  /** @internal */
  constructor(
    options: CheckedServerOptions,
    listener: Listener,
    sockets: WebSocketServer,
    browserModule: string | undefined,
  ) {
    super('signaling server', 'SignalingServer', { joined: true, left: true, error: true });
    this.#options = options;
    this.#listener = listener;
    this.#sockets = sockets;
    this.#broker =
      options.broker &&
      new GuardedBroker(options.broker, options.clock, (error) =>
        this.#report(error, 'broker', 'RTC_SIGNALING_BROKER'),
      );
    listener.serve({
      request: (request, response) => answer(request, response, browserModule),
      upgrade: (request, socket, head) => this.#upgrade(request, socket, head),
    });
    this.#every(options.idleTimeout / QUESTIONS, () => this.#lookAround());
  }

  /** The port it listens on. */
  get port(): number {
    return this.#listener.port;
  }

  /** Sockets, whether they have joined a room or not. */
  get connections(): number {
    return this.#members.size;
  }

  /** Rooms that have members, with the members' names. */
  get rooms(): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#rooms].map(([name, room]) => [name, room.peers]));
  }

  /** The members of a room on all servers, with their data. */
  members(room: string): readonly ServerMember[] {
    return this.#rooms.get(room)?.descriptions.map((member) => ({ ...member, room })) ?? [];
  }

  /**
   * Removes a member for good: it gets the reason and does not reconnect by itself. False when there is no such member.
   * With a broker the member may be at another server.
   */
  remove(room: string, peer: string, reason?: string): boolean {
    return this.#rooms.get(room)?.remove(peer, reason) ?? false;
  }

  /**
   * Accepts no more connections, notifies every peer that the server stops, waits until each has confirmed that (at most
   * `timeout`, default 5000 ms), and closes the sockets. Idempotent; a later call can only shorten the wait.
   */
  stop(options?: CloseOptions): Promise<void> {
    let bounds: Bounds;
    try {
      bounds = checkBounds(options, 'stop()');
    } catch (error) {
      return Promise.reject(error);
    }
    this.#stopping ??= this.#stop();
    const { timeout = STOP_MS, signal } = bounds;
    const force = () => this.#stopDeadline?.force();
    if (timeout === 0 || signal?.aborted) force();
    else {
      const cancel = this.#options.clock.after(timeout, force);
      signal?.addEventListener('abort', force, { once: true });
      void this.#stopping.then(() => {
        cancel();
        signal?.removeEventListener('abort', force);
      });
    }
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    for (const cancel of this.#cancel) cancel();
    const listening = this.#listener.close();
    using deadline = new Deadline(this.#options.clock, { timeout: Number.POSITIVE_INFINITY });
    this.#stopDeadline = deadline;
    for (const member of this.#members) {
      if (member.join) member.send({ stop: true });
      else member.stopped = true;
    }
    await this.#all((member) => member.stopped, deadline);
    for (const member of this.#members) member.cutOff(1001);
    await this.#all(() => false, deadline);
    // Over TLS what was written is encrypted first; it is real time that this takes, whatever clock the server has.
    using goodbye = new Deadline(systemClock, { timeout: GOODBYE_MS });
    await poll(() => [...this.#members].every(({ socket }) => socket.bufferedAmount === 0), goodbye);
    for (const member of this.#members) member.socket.terminate();
    for (const room of this.#rooms.values()) room.close();
    this.#listener.destroyAll();
    this.#sockets.close();
    await listening;
  }

  /** Waits until it holds for every member that is left. */
  async #all(holds: (member: Member) => boolean, deadline: Deadline): Promise<void> {
    while (![...this.#members].every(holds)) {
      this.#progress = new Deferred();
      if (!(await deadline.within(this.#progress.promise))) return;
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#refusal(request);
    if (refusal) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (accepted) => {
      this.#listener.settle(request);
      this.#accept(accepted, request);
    });
  }

  #refusal({ headers }: IncomingMessage): string | undefined {
    const { origins } = this.#options;
    if (this.#stopping || this.#listener.isFull) return '503 Service Unavailable';
    if (origins && headers.origin !== undefined && !origins.includes(headers.origin)) return '403 Forbidden';
    return undefined;
  }

  #accept(socket: WebSocket, request: IncomingMessage): void {
    const { clock, limits, joinTimeout } = this.#options;
    let room: Room | 'joining' | undefined;
    const leave = () => {
      const left = room;
      room = undefined;
      if (left instanceof Room) this.#leave(left, member);
    };
    // Nobody waits in the room for a close that may take its time.
    const member = new Member(socket, clock, limits, leave);
    this.#members.add(member);
    const cancel = clock.after(joinTimeout, () => {
      if (!(room instanceof Room)) member.cutOff(room === undefined ? 4002 : 4012);
    });
    socket.on('error', () => {}); // "close" follows, and says the same
    socket.on('pong', () => member.maySend() && member.seen());
    socket.on('ping', () => member.maySend() && member.seen());
    socket.on('message', (data, isBinary) => {
      if (member.gone || !member.maySend()) return;
      member.seen();
      const message = isBinary ? undefined : readClientMessage(String(data));
      if (!message) member.cutOff(4000);
      else if ('stopped' in message) this.#stopped(member);
      else if ('join' in message && room === undefined) {
        room = 'joining';
        void this.#join(member, message.join, request, (joined) => {
          room = joined;
          if (member.gone) leave();
        });
      } else if ('to' in message && room instanceof Room) {
        if (isAcknowledgement(message.data, data)) member.acknowledged();
        room.relay(member.name, message.to, message.data);
      } else member.cutOff(4000);
    });
    socket.on('close', (code) => {
      cancel();
      this.#members.delete(member);
      member.closed(code);
      leave();
      this.#stopped(member);
    });
  }

  /** Calls `entered` when it is in a room; sends it away otherwise. Never rejects. */
  async #join(member: Member, join: ClientJoin, from: IncomingMessage, entered: Entered): Promise<void> {
    const refusal = await refusalOf(join, from, this.#options, (error) =>
      this.#report(error, 'function for `token` or `accept`', 'RTC_SIGNALING_ADMISSION'),
    );
    if (refusal) return member.cutOff(refusal.code, refusal.reason);
    try {
      await this.#enter(member, join, entered);
    } catch {
      member.cutOff(4012); // the broker could not, which is reported, and may be over soon
    }
  }

  async #enter(member: Member, join: ClientJoin, entered: Entered): Promise<void> {
    const room = this.#rooms.get(join.room) ?? this.#newRoom(join.room);
    if (!room) return member.cutOff(4005);
    try {
      await room.open();
    } catch (error) {
      this.#closeIfEmpty(room);
      throw error;
    }
    // While we waited the last one may have left, and the room closed behind it.
    if (this.#rooms.get(room.name) !== room) return this.#enter(member, join, entered);
    const { peers } = room;
    const isFull = !peers.includes(join.peer) && peers.length >= this.#options.limits.peersPerRoom;
    if (isFull) member.cutOff(4004);
    if (member.gone) return this.#closeIfEmpty(room);
    member.join = join;
    room.enter(member); // another one by its name leaves within the call
    this.emit('joined', { ...member.description, room: room.name });
    entered(room);
  }

  #newRoom(name: string): Room | undefined {
    const { limits, clock } = this.#options;
    if (this.#rooms.size >= limits.rooms) return undefined;
    const room = new Room(name, {
      id: this.#instance,
      broker: this.#broker,
      now: () => clock.now(),
      nextNumber: () => ++this.#published,
    });
    this.#rooms.set(name, room);
    return room;
  }

  #leave(room: Room, member: Member): void {
    room.leave(member);
    this.#closeIfEmpty(room);
    this.emit('left', { ...member.description, room: room.name }, member.departure);
  }

  #closeIfEmpty(room: Room): void {
    if (room.members.size > 0 || this.#rooms.get(room.name) !== room) return;
    this.#rooms.delete(room.name);
    room.close();
  }

  /** To the listeners of `error`; where there is none, as a process warning. */
  #report(error: unknown, what: string, code: RtcWarningCode): void {
    if (this.emit('error', error)) return;
    const why = error instanceof Error ? error.message : String(error);
    process.emitWarning(`the signaling server's ${what} does not work: ${why}`, { code });
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

/** Calls back when a member is in its room. */
type Entered = (room: Room) => void;

/** Milliseconds that the peers have to confirm that the server stops. */
const STOP_MS = 5000;
/** Milliseconds for the reason to leave the process; a peer that does not read is not waited for. */
const GOODBYE_MS = 500;
/** Looks at its peers within one idle timeout: three questions, then the verdict. */
const QUESTIONS = 4;
