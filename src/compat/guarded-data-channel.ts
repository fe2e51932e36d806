import type { DataChannel } from '../resources/data-channel/data-channel.js';
import { GuardedChannel } from './guarded-channel.js';

/** The binding's `DataChannel`. Made by a connection. */
export class GuardedDataChannel extends GuardedChannel<DataChannel> {
  readonly #channel: DataChannel;

  /** @internal */
  constructor(channel: DataChannel) {
    super(channel);
    this.#channel = channel;
  }

  getLabel(): string {
    return this.#channel.label;
  }

  /** 65535 before the channel has a stream, as the binding says it. */
  getId(): number {
    return this.#channel.id ?? NO_STREAM;
  }

  getProtocol(): string {
    return this.#channel.protocol;
  }
}

/** -1 in 16 bits, which no stream can be (RFC 8831). */
export const NO_STREAM = 65_535;
