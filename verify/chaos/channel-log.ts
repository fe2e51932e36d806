import type { DataChannel } from '../../src/index.js';
import type { Random } from './random.js';
import type { ChannelReport, Range } from './reports.js';

/** One end of a channel: sends numbered messages, and notes what comes and what became of each. */
export class ChannelLog {
  readonly channel: DataChannel;
  readonly #origin: ChannelReport['origin'];
  readonly #unordered: boolean;
  readonly #doubtful: number[] = [];
  readonly #received = new Set<number>();
  #attempted = 0;
  #highest = -1;
  /** What waited in the library when the channel came has been handed over. */
  #settled = false;
  #duplicates = 0;
  #outOfOrder = 0;

  constructor(channel: DataChannel, origin: ChannelReport['origin'], arrived: () => void) {
    this.channel = channel;
    this.#origin = origin;
    this.#unordered = channel.label.endsWith('unordered');
    channel.on('message', (message) => {
      this.#note((message as Buffer).readUInt32LE());
      arrived();
    });
  }

  /** A burst of messages of random sizes. A `send` that rejects leaves its message in doubt. */
  burst(random: Random): void {
    const count = 1 + random.below(60);
    const most = random.chance(0.1) ? 60_000 : 600;
    for (let n = 0; n < count && this.channel.state === 'open'; n++) {
      const number = this.#attempted++;
      const message = Buffer.alloc(4 + random.below(most));
      message.writeUInt32LE(number);
      if (random.chance(0.3)) {
        try {
          if (!this.channel.trySend(message)) this.#doubtful.push(number);
        } catch {
          this.#doubtful.push(number);
        }
      } else this.channel.send(message).catch(() => this.#doubtful.push(number));
    }
  }

  async report(): Promise<ChannelReport> {
    const { by, reason, unconfirmed } = await this.channel.closed({ timeout: Number.POSITIVE_INFINITY });
    return {
      label: this.channel.label,
      origin: this.#origin,
      unordered: this.#unordered,
      by,
      aborted: reason !== undefined,
      unconfirmed: unconfirmed.messages,
      attempted: this.#attempted,
      doubtful: this.#doubtful,
      received: ranges([...this.#received].sort((a, b) => a - b)),
      duplicates: this.#duplicates,
      outOfOrder: this.#outOfOrder,
    };
  }

  #note(number: number): void {
    if (this.#received.size === 0) this.#awaitQuietRound();
    if (this.#received.has(number)) this.#duplicates++;
    else if (!this.#unordered && number < this.#highest && this.#settled) this.#outOfOrder++;
    this.#received.add(number);
    this.#highest = Math.max(this.#highest, number);
  }

  /**
   * The library may hand over the messages that wait while a handler is registered in another order (section 15 of
   * docs/upstream.md). All of them have come when a round of the event loop brings no message.
   */
  #awaitQuietRound(): void {
    const before = this.#received.size;
    // The first runs at the end of this round, the second at the end of the next.
    setImmediate(() =>
      setImmediate(() => {
        if (this.#received.size === before) this.#settled = true;
        else this.#awaitQuietRound();
      }),
    );
  }
}

function ranges(sorted: readonly number[]): Range[] {
  const found: Range[] = [];
  for (const number of sorted) {
    const last = found.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found;
}
