import { AcknowledgedChannel, type Clock, type DataChannel } from '../../src/index.js';
import type { Life } from './life.js';
import type { ChannelEnd } from './simulated-peer.js';

/** Both ends put acknowledged delivery on channels of such a label. */
export const isAcknowledged = ({ label }: DataChannel): boolean => label.endsWith(' acknowledged');

/** One end of acknowledged delivery: it ends with its channel, since no other is attached. */
export class AcknowledgedLog implements ChannelEnd {
  readonly channel: DataChannel;
  readonly label: string;
  readonly life: Life;
  readonly received: number[] = [];
  readonly wrong: string[] = [];
  readonly doubtful = new Set<number>();
  readonly told = 0;
  readonly unread = 0;
  readonly wasOpen = true;
  readonly isExact = true;
  readonly isLossy = false;
  attempted = 0;
  readonly #delivery: AcknowledgedChannel;
  #pending = 0;
  #ended = false;

  constructor(channel: DataChannel, clock: Clock, life: Life) {
    this.channel = channel;
    this.life = life;
    this.label = channel.label;
    this.#delivery = new AcknowledgedChannel(channel, {
      clock,
      onDetached: () => void this.#delivery.abort(),
    });
    this.#delivery.subscribe((message) => {
      const { number } = message as { number: number };
      if (number !== this.received.length)
        this.wrong.push(`message ${number} came as the ${this.received.length}.`);
      if (this.#ended) this.wrong.push('a message came after the end');
      this.received.push(number);
    });
    this.#delivery.closed().then(() => {
      this.#ended = true;
    });
  }

  send(count: number, size: number): void {
    for (let n = 0; n < count; n++) {
      const number = this.attempted++;
      this.#pending++;
      this.#delivery
        .send({ number, text: 'x'.repeat(size) })
        .catch(() => this.doubtful.add(number))
        .finally(() => this.#pending--);
    }
  }

  get settled(): boolean {
    return this.#ended && this.#pending === 0;
  }
}
