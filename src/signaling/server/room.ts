import { parseObject } from '../wire/json.js';
import { isName } from '../wire/room-message.js';
import type { SignalingBroker } from './broker.js';
import type { Member } from './member.js';

interface Instance {
  readonly peers: ReadonlySet<string>;
  readonly toldAt: number;
}

/** The peers of one room: those of this server, and with a broker those of the others. */
export class Room {
  readonly name: string;
  readonly members = new Map<string, Member>();
  readonly #instance: string;
  readonly #broker: SignalingBroker | undefined;
  readonly #now: () => number;
  readonly #others = new Map<string, Instance>();
  #subscription: Promise<Disposable> | undefined;

  /** `instance` tells this server from the others. */
  constructor(name: string, instance: string, broker: SignalingBroker | undefined, now: () => number) {
    this.name = name;
    this.#instance = instance;
    this.#broker = broker;
    this.#now = now;
  }

  /** Resolves when the other servers are heard. */
  async open(): Promise<void> {
    if (!this.#broker) return;
    this.#subscription ??= this.#broker.subscribe(this.name, (text) => this.#heard(text));
    await this.#subscription;
  }

  close(): void {
    this.#tell();
    void this.#subscription?.then(
      (subscription) => subscription[Symbol.dispose](),
      () => {},
    );
  }

  /** Everybody in it, on whatever server. */
  get peers(): string[] {
    const names = new Set(this.members.keys());
    for (const { peers } of this.#others.values()) for (const peer of peers) names.add(peer);
    return [...names];
  }

  enter(member: Member): void {
    const before = this.members.get(member.name);
    this.members.set(member.name, member);
    before?.cutOff(4003);
    for (const [, other] of this.members) {
      if (other !== member) other.send({ peer: member.name, present: true });
    }
    member.send({
      joined: {
        room: this.name,
        peer: member.name,
        peers: this.peers.filter((peer) => peer !== member.name),
      },
    });
    this.#tell({ joined: member.name, ask: true });
  }

  leave(member: Member): void {
    if (this.members.get(member.name) !== member) return;
    this.members.delete(member.name);
    for (const other of this.members.values()) other.send({ peer: member.name, present: false });
    this.#tell();
  }

  relay(from: string, to: string, data: unknown): void {
    const text = JSON.stringify({ from, data });
    const member = this.members.get(to);
    if (member) member.sendText(text);
    else if (this.#broker) this.#publish({ to, text });
  }

  /** Says who is here, so that it is known even where a server ended without a word; forgets those that did. */
  refresh(limit: number): void {
    if (!this.#broker) return;
    this.#tell();
    for (const [instance, { toldAt }] of this.#others) {
      if (this.#now() - toldAt > limit) this.#know(instance, new Set());
    }
  }

  #tell(more: object = {}): void {
    if (this.#broker) this.#publish({ peers: [...this.members.keys()], ...more });
  }

  #publish(message: object): void {
    this.#broker?.publish(this.name, JSON.stringify({ i: this.#instance, ...message }));
  }

  #heard(text: string): void {
    const { i, to, text: relayed, peers, joined, ask } = parseObject(text) ?? {};
    if (typeof i !== 'string' || i === this.#instance) return;
    if (isName(to) && typeof relayed === 'string') this.members.get(to)?.sendText(relayed);
    if (!Array.isArray(peers)) return;
    // The newer of two by the same name stays, on whichever server.
    if (isName(joined)) {
      const replaced = this.members.get(joined);
      this.members.delete(joined);
      replaced?.cutOff(4003);
    }
    this.#know(i, new Set(peers.filter(isName)), isName(joined) ? joined : undefined);
    if (ask === true) this.#tell();
  }

  #know(instance: string, peers: ReadonlySet<string>, again?: string): void {
    const before = new Set(this.peers);
    if (peers.size > 0) this.#others.set(instance, { peers, toldAt: this.#now() });
    else this.#others.delete(instance);
    const after = new Set(this.peers);
    const tell = (peer: string, present: boolean) => {
      for (const member of this.members.values()) {
        if (member.name !== peer) member.send({ peer, present });
      }
    };
    for (const peer of before) if (!after.has(peer)) tell(peer, false);
    for (const peer of after) if (!before.has(peer) || peer === again) tell(peer, true);
  }
}
