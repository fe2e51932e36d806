import type { CloseInfo, DataChannel, Message } from 'scoped-rtc';

/** What the receiver of a transfer reports to its sender. */
export type Receipt =
  | { type: 'has'; bytes: number } // of an earlier attempt: the transfer goes on behind them
  | { type: 'taken'; bytes: number }
  | { type: 'done'; sha256: string };

/** The sender's view of what the receiver has taken. Listens for as long as the channel lives. */
export class Receipts {
  #has: number | undefined;
  #taken = 0;
  #done: string | undefined;
  #failed: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(channel: DataChannel) {
    channel.on('message', (message) => this.#onMessage(message));
    channel.once('close', ({ reason }: CloseInfo) => {
      this.#fail(
        new Error(`${channel.path}: closed before the receiver had confirmed everything`, { cause: reason }),
      );
    });
  }

  /** Bytes that the receiver has from an earlier attempt. */
  async untilBegun(): Promise<number> {
    while (this.#has === undefined) await this.#change();
    return this.#has;
  }

  async untilTaken(bytes: number): Promise<void> {
    while (this.#taken < bytes) await this.#change();
  }

  /** The hash that the receiver confirms. */
  async untilDone(): Promise<string> {
    while (this.#done === undefined) await this.#change();
    return this.#done;
  }

  #change(): Promise<void> {
    if (this.#failed) throw this.#failed;
    return new Promise((resolve, reject) => {
      this.#wake = () => (this.#failed ? reject(this.#failed) : resolve());
    });
  }

  #onMessage(message: Message): void {
    try {
      const receipt = JSON.parse(String(message)) as Receipt;
      if (receipt.type === 'has') this.#has = this.#taken = receipt.bytes;
      else if (receipt.type === 'taken') this.#taken = receipt.bytes;
      else this.#done = receipt.sha256;
      this.#wake?.();
    } catch (cause) {
      this.#fail(new Error('the receiver sent something that is no receipt', { cause }));
    }
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#wake?.();
  }
}
