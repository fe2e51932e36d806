import type { LibraryContext } from '../../library/library-context.js';
import type { NativeRecord } from '../../library/release-ledger.js';
import type { NativePeerConnection } from '../../native/binding.js';
import type { Probe } from './keepalive.js';

/**
 * Asks the library at the other end whether it lives: a message on a stream for which it has no channel makes it reset the
 * stream at once, in a thread of its own. One question at a time; each is given back when it is answered.
 */
export class LibraryProbe {
  readonly #context: LibraryContext;
  readonly #native: NativePeerConnection;
  readonly #path: () => string;
  #record: NativeRecord | undefined;

  constructor(context: LibraryContext, native: NativePeerConnection, path: () => string) {
    this.#context = context;
    this.#native = native;
    this.#path = path;
  }

  ask(): Probe | undefined {
    if (this.#record?.state === 'held') return undefined;
    try {
      const channel = this.#native.createDataChannel('', { negotiated: true, id: PROBE_ID });
      const record = this.#context.ledger.hold(undefined, channel, this.#path);
      this.#record = record;
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
      return undefined; // the transport went down just now
    }
  }

  /** The connection is about to be closed. */
  end(): void {
    if (this.#record?.state === 'held') this.#record.discard();
  }
}

/** Far from the lowest, which everybody takes first: the peer has no channel there, but for one with an agreed id. */
export const PROBE_ID = 1019;
