import type { LibraryContext } from '../../library/library-context.js';
import type { NativeRecord } from '../../library/release-ledger.js';
import type { NativePeerConnection } from '../../native/binding.js';

/** A question to the library of the peer. */
export interface Probe {
  readonly isAnswered: boolean;
}

/** The streams of a connection, as far as probes go. */
export interface ProbeStreams {
  /** The lowest id that is this end's to give. */
  firstId(): number;
  /** The peer runs the library, and no channel has this id. */
  mayUse(id: number): boolean;
}

/**
 * Asks the library at the other end for a sign of life: a message on a stream without a channel makes that library reset
 * the stream at once, in a thread of its own. The native of a question is given back when it is answered.
 */
export class LibraryProbe {
  readonly #context: LibraryContext;
  readonly #native: NativePeerConnection;
  readonly #path: () => string;
  readonly #streams: ProbeStreams;
  /** Of the latest question on each stream. */
  readonly #records: (NativeRecord | undefined)[] = [];
  #asked = 0;

  constructor(
    context: LibraryContext,
    native: NativePeerConnection,
    path: () => string,
    streams: ProbeStreams,
  ) {
    this.#context = context;
    this.#native = native;
    this.#path = path;
    this.#streams = streams;
  }

  /**
   * A question on the next stream, where the last one on it has been answered: with a second message on a stream that is
   * being reset, the peer may abort the connection. A peer that asks in the same way does so on the other half of the ids:
   * on the same one, neither would be answered.
   */
  ask(): Probe | undefined {
    const at = this.#asked % PROBE_IDS;
    const id = PROBE_ID + this.#streams.firstId() - 2 * at;
    if (this.#records[at]?.state === 'held' || !this.#streams.mayUse(id)) return undefined;
    try {
      const channel = this.#native.createDataChannel('', { negotiated: true, id });
      const record = this.#context.ledger.hold(undefined, channel, this.#path);
      this.#records[at] = record;
      this.#asked++;
      channel.onMessage(() => {}); // what nobody takes blocks a thread of the library (H17)
      channel.onClosed(() => {
        record.acknowledge();
        record.tryClose();
      });
      channel.sendMessage('?');
      return {
        get isAnswered() {
          return record.state !== 'held' || !channel.isOpen();
        },
      };
    } catch {
      this.#records[at]?.discard(); // the transport went down just now, or has come up so lately that the library has not opened it
      return undefined;
    }
  }

  /** The connection is about to be closed. */
  end(): void {
    for (const record of this.#records) if (record?.state === 'held') record.discard();
  }
}

/** Far from the lowest, which everybody takes first: the peer has no channel there, but for one with an agreed id. */
const PROBE_ID = 1018;
/** Streams that are used in turn. */
const PROBE_IDS = 4;
