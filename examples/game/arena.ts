import { type DataChannel, RtcError, type RtcScope, type SignalingRoom } from 'scoped-rtc';

/** What the server is called in every room. */
export const SERVER = 'server';

const TICKS_PER_SECOND = 30;
/** Of the square field, whose sides are 1 long. */
const SPEED_PER_SECOND = 0.4;

interface Player {
  readonly name: string;
  readonly world: DataChannel;
  readonly events: DataChannel;
  x: number;
  y: number;
  /** Where the player steers, each -1 to 1. */
  dx: number;
  dy: number;
}

/** One game. Players come by its room, and everything that belongs to one is in a scope of its own. */
export class Arena {
  readonly name: string;
  onChange: () => void = () => {};
  readonly #scope: RtcScope;
  readonly #room: SignalingRoom;
  readonly #players = new Map<string, Player>();
  #tick = 0;

  constructor(scope: RtcScope, room: SignalingRoom) {
    this.name = room.name;
    this.#scope = scope;
    this.#room = room;
    room.on('joined', ({ peer }) => void this.#play(peer));
    scope.adopt(
      setInterval(() => this.#step(), 1000 / TICKS_PER_SECOND),
      clearInterval,
    );
    // While all channels are open yet. What is sent here is drained like everything else.
    scope.beforeEnd(() => this.#announce({ type: 'end', reason: 'the server closes now' }));
  }

  get size(): number {
    return this.#players.size;
  }

  /** From the moment in which a player joins until the connection has ended, whichever way. */
  async #play(name: string): Promise<void> {
    try {
      await using scope = this.#scope.fork(name, { timeout: 1_000 });
      const pc = scope.createPeerConnection(name);
      const world = pc.createDataChannel('world', { ordered: false, maxRetransmits: 0 });
      const events = pc.createDataChannel('events');
      using _ = this.#room.subscribe('left', ({ peer }) => {
        if (peer === name) void pc.abort(); // vanished, or closed its page: no reason to wait for it
      });
      await pc.negotiate(this.#room.connect(name), { timeout: 10_000 });
      await Promise.all([world.opened(), events.opened()]);

      const player = { name, world, events, x: Math.random(), y: Math.random(), dx: 0, dy: 0 };
      world.on('message', (message) => steer(player, message));
      await this.#announce({ type: 'joined', name });
      this.#players.set(name, player);
      this.onChange();
      await pc.closed();
    } catch (error) {
      // One player's connection failed; the others play on.
      if (!(error instanceof RtcError)) throw error;
      console.log(`${name}: ${error.message}`);
    }
    if (!this.#players.delete(name)) return;
    this.onChange();
    await this.#announce({ type: 'left', name });
  }

  #step(): void {
    const step = SPEED_PER_SECOND / TICKS_PER_SECOND;
    for (const player of this.#players.values()) {
      player.x = between0and1(player.x + player.dx * step);
      player.y = between0and1(player.y + player.dy * step);
    }
    const players = [...this.#players.values()].map(({ name, x, y }) => ({ name, x, y }));
    const state = JSON.stringify({ tick: this.#tick++, players });
    // To one that does not keep up `trySend` sends nothing: the next state is worth more than this one.
    for (const { world } of this.#players.values()) if (world.state === 'open') world.trySend(state);
  }

  async #announce(event: object): Promise<void> {
    const text = JSON.stringify(event);
    await Promise.allSettled([...this.#players.values()].map(({ events }) => events.send(text)));
  }
}

/** Players are not to be trusted: whatever is no direction is none. */
function steer(player: Player, message: string | Buffer): void {
  try {
    const { dx, dy } = JSON.parse(String(message)) as { dx: unknown; dy: unknown };
    player.dx = Math.sign(Number(dx)) || 0;
    player.dy = Math.sign(Number(dy)) || 0;
  } catch {
    player.dx = player.dy = 0;
  }
}

const between0and1 = (value: number) => Math.min(1, Math.max(0, value));
