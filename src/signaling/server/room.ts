import { parseObject } from '../wire/json.js';
import {
  type Departure,
  isName,
  LOST,
  type MemberDescription,
  withoutUndefined,
} from '../wire/room-message.js';
import type { BrokerSubscription, GuardedBroker } from './broker.js';
import type { Member } from './member.js';

/** The server that a room belongs to. */
export interface RoomServer {
  /** Distinguishes it from the others. */
  readonly id: string;
  readonly broker: GuardedBroker | undefined;
  now(): number;
  /** Numbers what it publishes: a room may be opened again, and the other servers remember. */
  nextNumber(): number;
}

/** Another server with members of this room. */
interface Instance {
  readonly members: ReadonlyMap<string, RemoteMember>;
  readonly reportedAt: number;
  /** Number of its last message: a broker may deliver one twice. */
  readonly last: number;
}

/** A member of another server. */
interface RemoteMember {
  readonly description: MemberDescription;
  /** When it joined, as `Member.joinedAt`; former versions do not send it. */
  readonly at: number | undefined;
}

/** The peers of one room: those of this server, and with a broker those of the others. */
export class Room {
  readonly name: string;
  readonly members = new Map<string, Member>();
  readonly #instance: string;
  readonly #broker: GuardedBroker | undefined;
  readonly #now: () => number;
  readonly #nextNumber: () => number;
  readonly #others = new Map<string, Instance>();
  #subscription: BrokerSubscription | undefined;

  constructor(name: string, { id, broker, now, nextNumber }: RoomServer) {
    this.name = name;
    this.#instance = id;
    this.#broker = broker;
    this.#now = now;
    this.#nextNumber = nextNumber;
  }

  /** Resolves when it is subscribed to the other servers; rejects when it cannot be. Then it may be asked again. */
  async open(): Promise<void> {
    if (!this.#broker) return;
    const subscription = (this.#subscription ??= this.#broker.subscribe(this.name, (text) =>
      this.#receive(text),
    ));
    try {
      await subscription.ready;
    } catch (error) {
      if (this.#subscription === subscription) this.#subscription = undefined;
      throw error;
    }
  }

  close(): void {
    this.#announce();
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
  }

  /** The members on all servers. */
  get peers(): string[] {
    return [...this.#everybody().keys()];
  }

  /** The members on all servers with their data. */
  get descriptions(): MemberDescription[] {
    return [...this.#everybody().values()];
  }

  enter(member: Member): void {
    const { name, description } = member;
    const before = this.members.get(name);
    member.joinedAt = this.#nextTime(name, before);
    this.members.set(name, member);
    before?.replaced(description.id);
    this.#notifyMembers(description);
    const others = this.#everybody();
    others.delete(name);
    member.welcome(this.name, [...others.values()]);
    this.#announce({ joined: name, ask: true });
  }

  /** True when it was here. */
  leave(member: Member): boolean {
    const { name, departure } = member;
    if (this.members.get(name) !== member) return false;
    this.members.delete(name);
    // Another server may have one by the same name by now, which stays.
    if (!this.#everybody().has(name)) this.#notifyMembers({ peer: name }, departure);
    this.#announce({ left: { peer: name, ...departure } });
    return true;
  }

  relay(from: string, to: string, data: unknown): void {
    const text = JSON.stringify({ from, data });
    const member = this.members.get(to);
    if (member) member.sendText(text);
    else if (this.#broker) this.#publish({ to, text });
  }

  /** Removes a member, on whichever server it is. */
  remove(peer: string, reason: string | undefined): boolean {
    const member = this.members.get(peer);
    if (member) member.cutOff(4010, reason);
    else if (this.#broker && this.#everybody().has(peer))
      this.#publish(withoutUndefined({ remove: peer, reason }));
    else return false;
    return true;
  }

  /** Says who is here, so that it is known even where a server ended without a word; forgets those that did. */
  refresh(limit: number): void {
    if (!this.#broker) return;
    this.#announce();
    for (const [instance, known] of this.#others) {
      if (this.#now() - known.reportedAt <= limit) continue;
      this.#know(instance, { ...known, members: new Map() });
      this.#others.delete(instance);
    }
  }

  /** Later than whatever is known by that name, also where the clocks of the servers differ. */
  #nextTime(name: string, before: Member | undefined): number {
    const known = [...this.#others.values()].map(({ members }) => members.get(name)?.at ?? 0);
    return Math.max(Date.now(), ...[...known, before?.joinedAt ?? 0].map((at) => at + 1));
  }

  #everybody(): Map<string, MemberDescription> {
    const everybody = new Map<string, MemberDescription>();
    const newest = new Map<string, number>();
    for (const { members } of this.#others.values()) {
      for (const [peer, { description, at = 0 }] of members) {
        if (at < (newest.get(peer) ?? 0)) continue;
        newest.set(peer, at);
        everybody.set(peer, description);
      }
    }
    for (const [peer, member] of this.members) everybody.set(peer, member.description);
    return everybody;
  }

  #announce(more: object = {}): void {
    if (!this.#broker) return;
    const present = [...this.members.values()];
    const members = present.map(({ description: { id, data }, joinedAt: at }) =>
      withoutUndefined({ id, data, at }),
    );
    this.#publish({ peers: present.map(({ name }) => name), members, ...more });
  }

  #publish(message: object): void {
    const numbered = { i: this.#instance, n: this.#nextNumber(), ...message };
    this.#broker?.publish(this.name, JSON.stringify(numbered));
  }

  /** Handles a message of another server, which may be anything. */
  #receive(text: string): void {
    const given = parseObject(text) ?? {};
    const { i, n, to, text: relayed, peers, joined, ask, remove, reason, left } = given;
    if (typeof i !== 'string' || i === this.#instance) return;
    const before = this.#others.get(i);
    const last = typeof n === 'number' ? n : 0;
    if (before && last !== 0 && last <= before.last) return;
    if (isName(to) && typeof relayed === 'string') this.members.get(to)?.sendText(relayed);
    if (isName(remove)) {
      this.members.get(remove)?.cutOff(4010, typeof reason === 'string' ? reason : undefined);
    }
    if (!Array.isArray(peers)) {
      if (before) this.#others.set(i, { ...before, last });
      return;
    }
    const members = described(peers, given.members);
    const again = isName(joined) ? joined : undefined;
    const isContested = this.#settle(i, members, again);
    this.#know(i, { members, reportedAt: this.#now(), last }, again, left);
    if (isContested) this.#announce({ joined: again });
    else if (ask === true) this.#announce();
  }

  /**
   * The newer of two by the same name stays, on whichever server; where both joined at the same time, that of the server
   * with the greater id. True when who has just joined there is the older one, which that server has to be told.
   */
  #settle(i: string, members: ReadonlyMap<string, RemoteMember>, again: string | undefined): boolean {
    let isContested = false;
    for (const [name, { description, at }] of members) {
      const own = this.members.get(name);
      if (!own) continue;
      const isNewer =
        at === undefined ? name === again : at > own.joinedAt || (at === own.joinedAt && i > this.#instance);
      if (isNewer) {
        this.members.delete(name);
        own.replaced(description.id);
      } else if (name === again) isContested = true;
    }
    return isContested;
  }

  #know(i: string, instance: Instance, again?: string, left?: unknown): void {
    const before = this.#everybody();
    this.#others.set(i, instance); // without members, too, for the number of its last message
    const after = this.#everybody();
    for (const peer of before.keys()) {
      if (!after.has(peer)) this.#notifyMembers({ peer }, departureOf(left, peer));
    }
    for (const [peer, description] of after) {
      const known = before.get(peer);
      // What a server said of the change may have been lost: another id is another member.
      if (!known || peer === again || known.id !== description.id) this.#notifyMembers(description);
    }
  }

  /** Notifies all members but the one that it is about. */
  #notifyMembers(about: MemberDescription, left?: Departure): void {
    for (const member of this.members.values()) if (member.name !== about.peer) member.notify(about, left);
  }
}

/** What another server says of its members. */
function described(peers: readonly unknown[], given: unknown): Map<string, RemoteMember> {
  const more = Array.isArray(given) ? (given as unknown[]) : [];
  const members = new Map<string, RemoteMember>();
  peers.slice(0, MOST_MEMBERS).forEach((peer, index) => {
    if (!isName(peer)) return;
    const { id, data, at } = (more[index] ?? {}) as { id?: unknown; data?: unknown; at?: unknown };
    const description = withoutUndefined({
      peer,
      id: isName(id) ? id : undefined,
      data,
    }) as MemberDescription;
    members.set(peer, { description, at: Number.isSafeInteger(at) ? (at as number) : undefined });
  });
  return members;
}

/** Why a peer left its server, where that server says so. */
function departureOf(given: unknown, peer: string): Departure {
  const left = (given ?? {}) as { peer?: unknown; code?: unknown; reason?: unknown };
  if (left.peer !== peer || typeof left.code !== 'number' || typeof left.reason !== 'string') return LOST;
  return { code: left.code, reason: left.reason };
}

/** Of one server in one room. */
const MOST_MEMBERS = 10_000;
