/**
 * What two ends of a stream with a window grant each other and have used of it, for Node.js and browsers.
 *
 * Binary messages are data, and so are texts that begin with `t`. Text that begins with `w` grants as many bytes more,
 * `e` says that no more data comes. A message costs its bytes and `MESSAGE_COST`; one may be sent while anything is
 * left of what was granted, so it may be larger than that.
 */
export class WindowAccount {
  readonly #window: number;
  /** Totals: what the peer granted us and what we have used of it, and the same the other way. */
  #granted = 0;
  #used = 0;
  #weGranted = 0;
  #theyUsed = 0;
  #read = 0;

  constructor(window: number) {
    this.#window = window;
  }

  get mayWrite(): boolean {
    return this.#used < this.#granted;
  }

  wrote(byteLength: number): void {
    this.#used += byteLength + MESSAGE_COST;
  }

  /** The other end grants this much more. */
  granted(bytes: number): void {
    this.#granted += bytes;
  }

  /** Text that grants the whole window, at the beginning. */
  open(): string {
    return this.#grant(this.#window);
  }

  /** False for a message that the other end was not granted. */
  arrived(byteLength: number): boolean {
    if (this.#theyUsed >= this.#weGranted) return false;
    this.#theyUsed += byteLength + MESSAGE_COST;
    return true;
  }

  /**
   * The text that grants what was read, in halves, so that the writer neither waits for each reading nor gets a
   * message for each.
   */
  read(byteLength: number): string | undefined {
    this.#read += byteLength + MESSAGE_COST;
    return this.#read >= this.#window / 2 ? this.#grant(this.#read) : undefined;
  }

  #grant(bytes: number): string {
    this.#weGranted += bytes;
    this.#read = 0;
    return `w${bytes}`;
  }
}

/** The bytes that a text grants; 0 for text that is no grant. */
export const grantIn = (text: string): number => (/^w\d{1,15}$/.test(text) ? Number(text.slice(1)) : 0);

/** Bytes that a message is counted for besides its own: about what one that waits takes in memory. */
export const MESSAGE_COST = 64;
