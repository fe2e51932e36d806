import type { SignalingRoom } from 'scoped-rtc';
import type { Arena } from './arena.js';

/** Tells everybody in the lobby which arenas there are, and how many play in each. */
export class Lobby {
  readonly #room: SignalingRoom;
  readonly #arenas: readonly Arena[];

  constructor(room: SignalingRoom, arenas: readonly Arena[]) {
    this.#room = room;
    this.#arenas = arenas;
    room.on('joined', ({ peer }) => this.#tellOne(peer));
  }

  tell(): void {
    for (const peer of this.#room.members.keys()) this.#tellOne(peer);
  }

  #tellOne(peer: string): void {
    const arenas = this.#arenas.map(({ name, size }) => ({ name, players: size }));
    // Rejects when that one has left meanwhile.
    this.#room
      .connect(peer)
      .channel.send({ arenas })
      .catch(() => {});
  }
}
