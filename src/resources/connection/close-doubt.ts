import { TREE_NODE } from '../../scope/node.js';
import type { NativePeerConnection } from '../../native/binding.js';
import type { DataChannel } from '../data-channel/data-channel.js';
import type { LibraryProbe } from './library-probe.js';

/**
 * Closing a connection blocks for good where the peer has opened and filled a channel that this event loop has not been given: a
 * thread of the library waits for that, and the close for the thread (H17). Where the event loop cannot run before the close, this
 * tells whether it may be so.
 */
export class CloseDoubt {
  readonly #native: NativePeerConnection;
  readonly #open: () => Iterable<DataChannel>;
  readonly #probe: LibraryProbe;
  /** Bytes of messages that the channels that have ended were given. */
  #given = 0;

  constructor(native: NativePeerConnection, open: () => Iterable<DataChannel>, probe: LibraryProbe) {
    this.#native = native;
    this.#open = open;
    this.#probe = probe;
  }

  /** A channel has ended. */
  ended(channel: DataChannel): void {
    this.#given += bytesOf(channel);
  }

  /** Undefined where closing returns, or a function that says whether this is known by now. */
  raise(): (() => boolean) | undefined {
    // Answers come through that thread.
    const probe = this.#probe.ask();
    if (probe) return () => probe.isAnswered;
    // A peer that cannot be asked. Of text the UTF-16 code units are counted: where it is not ASCII, the doubt stays.
    let given = this.#given;
    for (const channel of this.#open()) given += bytesOf(channel);
    return this.#native.bytesReceived() - given > RECEIVE_QUEUE ? () => false : undefined;
  }
}

const bytesOf = (channel: DataChannel): number =>
  channel[TREE_NODE].behaviour.describe?.().bytesReceived ?? 0;

/** Messages that the library keeps of a channel (`RECV_QUEUE_LIMIT` of libdatachannel); each has a byte, or is not counted. */
const RECEIVE_QUEUE = 1024;
