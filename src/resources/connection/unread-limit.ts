import type { QueueDetails } from '../../diagnostics/handle-details.js';
import { DEFAULT_RECEIVE_BUFFER, type ReceiveBufferLimits } from '../channel/inbox.js';

/** As much as four channels may have: a peer may open a thousand. */
export const DEFAULT_UNREAD: ReceiveBufferLimits = {
  messages: 4 * DEFAULT_RECEIVE_BUFFER.messages,
  bytes: 4 * DEFAULT_RECEIVE_BUFFER.bytes,
};

/** How much may wait unread in all channels together that the peer opened. */
export class UnreadLimit {
  readonly #limits: ReceiveBufferLimits;
  readonly #queues: () => Iterable<QueueDetails>;
  // What is read is not noted: these are the most that can wait, and counted anew where that would be too much.
  #messages = 0;
  #bytes = 0;

  /** `queues`: of the channels that count, each once. */
  constructor(limits: ReceiveBufferLimits, queues: () => Iterable<QueueDetails>) {
    this.#limits = limits;
    this.#queues = queues;
  }

  /** Takes a message of `bytes` into account. A text where it is too much: the limit. */
  refuses(bytes: number): string | undefined {
    const { messages, bytes: most } = this.#limits;
    if (this.#messages >= messages || this.#bytes + bytes > most) this.#count();
    if (this.#messages >= messages || this.#bytes + bytes > most) {
      return (
        `${this.#messages} messages with ${this.#bytes} bytes wait in the channels that the peer opened, the limit of ` +
        `the connection is ${messages} messages or ${most} bytes`
      );
    }
    this.#messages++;
    this.#bytes += bytes;
    return undefined;
  }

  #count(): void {
    this.#messages = 0;
    this.#bytes = 0;
    for (const { messages, bytes } of this.#queues()) {
      this.#messages += messages;
      this.#bytes += bytes;
    }
  }
}
