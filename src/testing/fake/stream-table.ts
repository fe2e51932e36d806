import type { ChannelCore } from './channel-core.js';

/** Streams that both sides negotiate for one connection; ids are below it. */
export const MAX_STREAMS = 1024;

/** A connection's channels by stream id, and those that have none yet. */
export class StreamTable {
  readonly #channels = new Map<number, ChannelCore>();
  #unassigned: ChannelCore[] = [];

  get empty(): boolean {
    return this.#channels.size === 0 && this.#unassigned.length === 0;
  }

  /** A stream id that is taken keeps its channel: the new one is in no table, which nothing reports. */
  add(channel: ChannelCore): void {
    if (channel.stream === undefined) this.#unassigned.push(channel);
    else if (!this.#channels.has(channel.stream)) this.#channels.set(channel.stream, channel);
  }

  find(stream: number): ChannelCore | undefined {
    return this.#channels.get(stream);
  }

  remove(stream: number): void {
    this.#channels.delete(stream);
  }

  /** Gives waiting channels the lowest free ids: the even ones, or the odd. */
  assign(parity: 0 | 1): void {
    for (const channel of this.#unassigned) {
      if (channel.destroyed) continue;
      let stream: number = parity;
      while (this.#channels.has(stream)) stream += 2;
      if (stream >= MAX_STREAMS) throw new Error('Too many DataChannels');
      channel.stream = stream;
      this.#channels.set(stream, channel);
    }
    this.#unassigned = [];
  }

  /** Those with a stream id that are not closed: channels without one get no callback (H19). */
  live(): ChannelCore[] {
    return [...this.#channels.entries()]
      .sort(([a], [b]) => a - b)
      .map(([, channel]) => channel)
      .filter((channel) => !channel.closed && !channel.destroyed);
  }
}
