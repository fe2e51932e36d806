import { RtcClosedError, RtcError } from '../../errors/rtc-error.js';
import type { SignalingProgress } from '../../resources/connection/negotiation/signaling-vocabulary.js';
import type { Clock } from '../../time/clock.js';
import { STARTED_ANEW } from './acknowledged-session.js';
import type { Backoff } from './backoff.js';
import { parseObject } from './json.js';
import type { MessageTransport } from './message-transport.js';
import { type PeerChannel, type PeerRoute, Route } from './peer-route.js';
import {
  BYE,
  type Departure,
  isName,
  type JoinRequest,
  LEFT,
  LOST,
  MAY_COME_BACK,
  type MemberDescription,
  ROOM_PROTOCOL_VERSION,
} from './room-message.js';

export interface RoomSessionOwner {
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** Makes the next socket and returns the transport over it; throws when there is none. */
  readonly connect: (() => MessageTransport) | undefined;
  /** Calls `connect` once after `ms` milliseconds, the wait before the next socket; returns a function that cancels it. */
  beforeNextSocket(ms: number, connect: () => void): () => void;
  /** The server let us in, for the first time or again. */
  entered(): void;
  joined(member: MemberDescription): void;
  left(member: MemberDescription, departure: Departure): void;
  ended(error: unknown): void;
}

/** A membership in a room of the signaling server over one socket after the other, for Node.js and browsers. */
export class RoomSession {
  /** The others who are there, by name. */
  readonly members = new Map<string, MemberDescription>();
  readonly #request: JoinRequest;
  readonly #owner: RoomSessionOwner;
  readonly #id: string = crypto.randomUUID();
  readonly #routes = new Set<Route>();
  #state: 'connecting' | 'joined' | 'lost' | 'over' = 'connecting';
  #problem: SignalingProgress = {
    state: 'connecting',
    description: 'the signaling server has not answered yet',
  };
  #transport: MessageTransport | undefined;
  #subscription: Disposable | undefined;
  #bye: Departure | undefined;
  #joinedAt = 0;
  #cancelReconnect: (() => void) | undefined;

  constructor(request: JoinRequest, owner: RoomSessionOwner) {
    this.#request = request;
    this.#owner = owner;
  }

  get state(): 'connecting' | 'joined' | 'lost' | 'over' {
    return this.#state;
  }

  now(): number {
    return this.#owner.clock.now();
  }

  /** How far it has got on the way to a peer, or to whoever comes. */
  progressTo(peer: string | undefined): SignalingProgress {
    if (this.#state !== 'joined') return this.#problem;
    if (peer !== undefined && this.members.has(peer)) {
      return { state: 'met', description: `the peer ${JSON.stringify(peer)} is in the signaling room` };
    }
    const who = peer === undefined ? 'nobody else' : `no peer ${JSON.stringify(peer)}`;
    return {
      state: 'alone',
      description: `${who} is in the signaling room ${JSON.stringify(this.#request.room)}`,
    };
  }

  /** A way to that peer, present or not; without a name to the first that is there. */
  route(peer: string | undefined, channel: PeerChannel): PeerRoute {
    const route = new Route(this, peer, channel, (gone) => this.#routes.delete(gone));
    this.#routes.add(route);
    if (this.#state === 'joined') this.#meetAll();
    return route;
  }

  /** Goes on over another socket; the one before is no longer listened to. */
  enter(transport: MessageTransport): void {
    this.#cancelReconnect?.();
    this.#unsubscribe();
    this.#detach(); // before the join, which the server wants to be the first message
    if (this.#state === 'joined') this.#state = 'lost';
    this.#transport = transport;
    this.#bye = undefined;
    const isCurrent = () => this.#transport === transport && this.#state !== 'over';
    const subscription = transport.subscribe(
      (text) => isCurrent() && this.#receive(text),
      (reason) => isCurrent() && this.#closed(reason),
    );
    if (!isCurrent()) subscription[Symbol.dispose]();
    else this.#subscription = subscription;
    const { token, data, room, peer } = this.#request;
    this.#say(JSON.stringify({ join: { v: ROOM_PROTOCOL_VERSION, id: this.#id, room, peer, token, data } }));
  }

  /** Makes a socket and goes on over it; ends when that is not possible. */
  connect(): void {
    try {
      const transport = this.#owner.connect?.();
      if (transport) this.enter(transport);
    } catch (cause) {
      this.end(cause instanceof RtcError ? cause : this.#error('no further socket could be made', cause));
    }
  }

  /** Listens and sends no more. `error`: why, when that was not asked for. */
  end(error?: unknown): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    if (error !== undefined) {
      const why = error instanceof Error ? error.message : 'the membership in the room has ended';
      if (this.#problem.state !== 'refused')
        this.#problem = { state: 'refused', description: why, cause: error };
    }
    this.#cancelReconnect?.();
    this.#detach(error);
    for (const { channel } of [...this.#routes]) {
      if (error === undefined) channel.abort();
      else channel.fail(error);
    }
    this.#routes.clear();
    this.#unsubscribe();
    this.#owner.ended(error);
  }

  #receive(given: unknown): void {
    const { joined, peer, present, id, data, from, stop, bye, code, reason } = parseObject(given) ?? {};
    if (typeof from === 'string') {
      for (const route of this.#routes) if (route.peer === from) route.target?.onMessage(data);
    } else if (isName(peer)) {
      if (present === true) this.#present(describedMember(peer, id, data));
      else this.#absent(peer, departure(code, reason) ?? LOST);
    } else if (stop === true) this.#say('{"stopped":true}');
    else if (joined) this.#joined(joined as { members?: unknown; peers?: unknown });
    else if (bye) this.#bye = departure((bye as Departure).code, (bye as Departure).reason);
  }

  #joined({ members, peers }: { members?: unknown; peers?: unknown }): void {
    this.#joinedAt = this.now();
    this.#state = 'joined';
    const names = Array.isArray(peers) ? peers.map((peer: unknown) => ({ peer })) : []; // version 1
    const present = new Map<string, MemberDescription>();
    for (const given of Array.isArray(members) ? (members as unknown[]) : names) {
      const { peer, id, data } = (given ?? {}) as Record<string, unknown>;
      if (!isName(peer)) continue;
      present.set(peer, describedMember(peer, id, data));
    }
    for (const peer of [...this.members.keys()]) if (!present.has(peer)) this.#absent(peer, LOST);
    this.#owner.entered();
    for (const member of present.values()) this.#present(member);
    this.#meetAll();
  }

  #present(member: MemberDescription): void {
    const { peer, id } = member;
    const before = this.members.get(peer);
    if (!before && this.members.size >= MOST_MEMBERS) return;
    const isAnother = before?.id !== undefined && id !== undefined && before.id !== id;
    for (const route of [...this.#routes]) {
      if (route.peer !== peer || route.id === undefined || id === undefined || route.id === id) continue;
      // Nothing more is sent: the name belongs to the new member, which must not get the end meant for the former one.
      route.target?.onClosed();
      route.channel.fail(this.#error(STARTED_ANEW));
      this.#routes.delete(route);
    }
    this.members.set(peer, member);
    if (isAnother) this.#owner.left(before, { code: 4003, reason: BYE[4003] });
    if (!before || isAnother) this.#owner.joined(member);
    for (const route of [...this.#routes]) {
      if (route.peer === undefined || route.peer === peer) this.#meet(route, peer);
    }
  }

  #absent(peer: string, why: Departure): void {
    const member = this.members.get(peer);
    if (!member) return;
    this.members.delete(peer);
    const isForGood = why.code === LEFT.code || isFinal(why);
    for (const route of [...this.#routes]) {
      if (route.peer !== peer) continue;
      route.absentFrom = isForGood ? Number.NEGATIVE_INFINITY : this.now();
      route.shortenClosing();
    }
    this.#owner.left(member, why);
  }

  /** Also those that this server did not report: through another server they may get our messages all the same. */
  #meetAll(): void {
    for (const route of [...this.#routes]) {
      const peer = route.peer ?? this.members.keys().next().value;
      if (peer !== undefined && !route.target) this.#meet(route, peer);
    }
  }

  /** The peer is there, or is there again. */
  #meet(route: Route, peer: string): void {
    route.peer = peer;
    route.absentFrom = Number.POSITIVE_INFINITY;
    route.id = this.members.get(peer)?.id ?? route.id;
    const send = (text: string) => this.#transport?.send(`{"to":${JSON.stringify(peer)},"data":${text}}`);
    if (route.channel.state === 'closed') return;
    route.channel.attach({
      send,
      subscribe(onMessage, onClosed) {
        const target = { onMessage, onClosed };
        route.target = target;
        return {
          [Symbol.dispose]() {
            if (route.target === target) route.target = undefined;
          },
        };
      },
    });
  }

  #closed(reason: unknown): void {
    this.#unsubscribe();
    const bye = this.#bye;
    const isRefused = bye !== undefined && isFinal(bye);
    const sentAway = bye && `the signaling server sent us away: ${bye.reason} (${bye.code})`;
    this.#problem = {
      state: isRefused ? 'refused' : 'unreachable',
      description: sentAway ?? 'the signaling server cannot be reached',
      ...(reason === undefined || sentAway ? {} : { cause: reason }),
    };
    this.#detach(reason);
    // Whoever is cut off soon after each join must wait longer each time.
    if (this.#state === 'joined' && this.now() - this.#joinedAt >= STAYED_MS) this.#owner.backoff.reset();
    this.#state = 'lost';
    for (const route of [...this.#routes]) route.shortenClosing();
    if (sentAway && isRefused) this.end(this.#error(sentAway));
    else if (this.#owner.connect) {
      this.#cancelReconnect = this.#owner.beforeNextSocket(this.#owner.backoff.next(), () => this.connect());
    }
  }

  /** Nothing is sent to a peer until it is met again. */
  #detach(reason?: unknown): void {
    for (const route of [...this.#routes]) route.target?.onClosed(reason);
  }

  #unsubscribe(): void {
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
  }

  #error(message: string, cause?: unknown): RtcClosedError {
    const path = `${this.#request.room}/${this.#request.peer}`;
    return new RtcClosedError('RTC_CLOSED', message, cause === undefined ? { path } : { path, cause });
  }

  /** What cannot be sent is followed by the socket's end. */
  #say(text: string): void {
    try {
      const sent = this.#transport?.send(text);
      if (sent) sent.catch(() => {});
    } catch {
      // as above
    }
  }
}

function describedMember(peer: string, id: unknown, data: unknown): MemberDescription {
  return { peer, ...(isName(id) ? { id } : {}), ...(data === undefined ? {} : { data }) };
}

/** The server sent it away for a reason that would be the same another time. */
function isFinal({ code }: Departure): boolean {
  return code in BYE && !MAY_COME_BACK.has(code);
}

/** Why a member, or we ourselves, left. The text is the server's, in one line. */
function departure(code: unknown, reason: unknown): Departure | undefined {
  if (typeof code !== 'number') return undefined;
  if (code === LEFT.code || code === LOST.code) return code === LEFT.code ? LEFT : LOST;
  const known: string | undefined = BYE[code as keyof typeof BYE];
  const text =
    typeof reason === 'string'
      ? reason.slice(0, LONGEST_REASON).replaceAll(/[\p{C}\u2028\u2029]/gu, ' ')
      : '';
  return { code, reason: text || (known ?? '') };
}

/** Milliseconds in the room after which the waits begin anew: the server's limits of a burst would have shown by then. */
const STAYED_MS = 5000;
/** A server that reports more is broken. */
const MOST_MEMBERS = 10_000;
/** Characters; a close frame has room for 123 bytes. */
const LONGEST_REASON = 123;
