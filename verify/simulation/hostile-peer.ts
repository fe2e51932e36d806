import type { Signaling } from '../../src/index.js';
import { tokenOf, withAnnouncement } from '../../src/resources/sdp.js';
import { writeControl } from '../../src/resources/data-channel/control/control-channel.js';
import { writeReceipt } from '../../src/resources/data-channel/ending/receipt.js';
import type { FakeNetwork } from '../../src/testing/index.js';
import type { Step } from './program.js';
import { RawPeer } from './raw-peer.js';
import type { World } from './world.js';

/** Ids that the package takes for itself, beside some that programs use. */
const IDS = [1021, 1020, 1019, 0, 1, 2, 3, 100, 103, 200, 201, 65_534];
/** Counts that a receipt may have: those of an honest one, and the largest that its six bytes hold. */
const COUNTS = [0, 1, 2, 30, 1000, 2 ** 48 - 1];

/** A process that announces this package, and says on its channels whatever it likes. */
export class HostilePeer extends RawPeer {
  readonly #world: World;
  /** What begins its receipts. */
  #token = '';

  constructor(world: World, network: FakeNetwork, name: string) {
    super(world, network, name);
    this.#world = world;
  }

  override connect(id: number, signaling: Signaling, offers: boolean): void {
    super.connect(
      id,
      {
        send: (message) => {
          if (!('description' in message)) return signaling.send(message);
          const { sdp } = message.description;
          this.#token = tokenOf(sdp) ?? this.#token;
          const announced = withAnnouncement(
            withAnnouncement(sdp, 'receipts'),
            'control',
            `${this.#pick(IDS)}`,
          );
          return signaling.send({ description: { ...message.description, sdp: announced } });
        },
        subscribe: (onMessage, onClosed) => signaling.subscribe(onMessage, onClosed),
        close: () => signaling.close(),
      },
      offers,
    );
  }

  override do(step: Step): void {
    const { does, b } = step;
    if (does === 'negotiated' || does === 'pair') this.#take(this.#pick(IDS));
    else if (does === 'send' || does === 'closeChannel') this.#say(1 + (b % 20));
    else if (does === 'abortChannel' || does === 'closeWithin') this.#openAndClose(1 + (b % 20));
    else super.do(step);
  }

  /** Another channel with an id that may be in use. */
  #take(id: number): void {
    const connection = this.up.at(-1);
    if (!connection) return;
    const channel = connection.createDataChannel('taken', { negotiated: true, id });
    if (this.#world.choices.chance(0.5)) channel.close();
    else this.watch(channel, connection);
  }

  #say(count: number): void {
    for (const { channel } of this.logs) {
      for (let n = 0; n < count && channel.isOpen(); n++) channel.sendMessageBinary(this.#message());
    }
  }

  #message(): Buffer {
    const { choices } = this.#world;
    if (choices.chance(0.6)) {
      return writeReceipt(this.#token, {
        sent: this.#pick(COUNTS),
        received: this.#pick(COUNTS),
        dropped: this.#pick(COUNTS),
        isLast: choices.chance(0.5),
        finals: choices.below(256),
      });
    }
    if (choices.chance(0.5)) {
      const id = this.#pick(IDS);
      return writeControl({ type: choices.chance(0.5) ? 'made' : 'freed', id, number: choices.below(4) });
    }
    return Buffer.alloc(choices.below(64), choices.below(256));
  }

  #openAndClose(count: number): void {
    const connection = this.up.at(-1);
    for (let n = 0; n < count && connection?.state() === 'connected'; n++)
      connection.createDataChannel('brief').close();
  }

  #pick<T>(list: readonly T[]): T {
    return this.#world.choices.pick(list) as T;
  }
}
