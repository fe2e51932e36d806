/** A channel without a message callback keeps this many messages; then its transport stalls (H17). */
const RECEIVE_LIMIT = 1024;

/** Messages that arrived, on their way to the message callback: they wait until there is one and the channel is open. */
export class Inbox {
  #callback: ((data: string | Buffer) => void) | undefined;
  #opened = false;
  #waiting: (string | Buffer)[] = [];

  get full(): boolean {
    return this.#waiting.length >= RECEIVE_LIMIT;
  }

  setCallback(callback: (data: string | Buffer) => void): void {
    this.#callback = callback;
    this.#flush();
  }

  open(): void {
    this.#opened = true;
    this.#flush();
  }

  push(data: string | Buffer): void {
    this.#waiting.push(data);
    this.#flush();
  }

  reset(): void {
    this.#opened = false;
    this.#callback = undefined;
    this.#waiting = [];
  }

  #flush(): void {
    if (!this.#opened || this.#callback === undefined) return;
    for (const data of this.#waiting.splice(0)) this.#callback(data);
  }
}
