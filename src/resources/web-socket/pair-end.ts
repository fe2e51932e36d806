import type { Socket } from 'node:net';
import { afterTurn } from '../../time/clock.js';

/**
 * The end of a connection that two sockets of ours carry. `library` is the library's end, `network` the peer's. A peer need not
 * close its end, nor read: nothing here waits for either without a bound.
 */
export class PairEnd {
  readonly #library: Socket;
  readonly #network: Socket;
  #timer: NodeJS.Timeout | undefined;
  #isSoon = false;

  constructor(library: Socket, network: Socket) {
    this.#library = library;
    this.#network = network;
    network.once('close', () => clearInterval(this.#timer));
  }

  /** From now on each of the two sockets ends with the other. */
  together(): void {
    const library = this.#library;
    for (const socket of [library, this.#network]) socket.on('error', () => {}); // `close` follows
    // The library has closed its descriptor. What it sent has been read, and nobody reads what is written.
    library.once('end', () => library.destroySoon());
    library.once('close', () => this.libraryClosed());
    this.#network.once('close', () => library.destroySoon());
  }

  /** See `Carrier.libraryCloses`. */
  libraryCloses(isLate: boolean): void {
    this.#stopWriting();
    if (isLate) this.soon();
    else this.#watchFor(UNSENT_MS);
  }

  /** The library's end has closed. */
  libraryClosed(): void {
    this.#stopWriting();
    this.#watchFor(UNSENT_MS);
    this.#network.end(() => this.soon());
  }

  /** Ends the connection as soon as nothing moves in it, and in any case within `LONGEST_MS`. */
  soon(): void {
    if (this.#isSoon) return;
    this.#isSoon = true;
    this.#watch(LINGER_MS, LONGEST_MS / LINGER_MS);
  }

  /** What comes from the network is read all the same: a socket that is closed with something unread resets its connection. */
  #stopWriting(): void {
    this.#network.unpipe(this.#library);
    this.#network.resume();
  }

  #watchFor(ms: number): void {
    if (this.#timer === undefined) this.#watch(ms, Number.POSITIVE_INFINITY);
  }

  /** Looks every `ms` milliseconds, `looks` times at the most. */
  #watch(ms: number, looks: number): void {
    if (this.#network.destroyed) return;
    clearInterval(this.#timer);
    let left = looks;
    let before = this.#moved();
    const look = () => {
      const now = this.#moved();
      if (--left <= 0 || now === before) {
        this.#library.destroy();
        this.#network.destroy();
      }
      before = now;
    };
    // An event loop that was blocked so long has to move something first.
    this.#timer = setInterval(() => afterTurn(look), ms);
  }

  /** Another text when either socket has taken or given something. */
  #moved(): string {
    const { bytesRead, writableLength } = this.#network;
    return `${this.#library.bytesRead} ${bytesRead} ${writableLength}`;
  }
}

/** Milliseconds for the other end to close, too, when the library has. */
const LINGER_MS = 300;
/** Milliseconds that a peer may make of it by sending something every time: 20 times `LINGER_MS`. */
const LONGEST_MS = 6000;
/**
 * Milliseconds in which the network takes none of the last bytes. A client that reads slowly needs so long: Linux says that there
 * is room only when a third of what it holds has gone (`sk_stream_is_writeable`), on loopback up to a megabyte.
 */
const UNSENT_MS = 30_000;
