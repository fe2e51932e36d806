import type { RTCDataChannel } from './rtc-data-channel.js';

/** The channels of a connection that have not closed, and how many have opened and closed. */
export class OwnChannels {
  readonly #open = new Set<RTCDataChannel>();
  #opened = 0;
  #closed = 0;

  get size(): number {
    return this.#open.size;
  }

  get opened(): number {
    return this.#opened;
  }

  get closed(): number {
    return this.#closed;
  }

  add(channel: RTCDataChannel): void {
    this.#open.add(channel);
    channel.addEventListener('open', () => (this.#opened += 1));
    channel.addEventListener('close', () => {
      this.#open.delete(channel);
      this.#closed += 1;
    });
  }

  connectionClosed(): void {
    for (const channel of this.#open) channel.connectionClosed();
  }
}
