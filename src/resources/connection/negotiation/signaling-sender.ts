import { RtcMessageError } from '../../../errors/rtc-error.js';
import type { Signaling, SignalingMessage } from './signaling.js';

/** Sends one message after the other, each when the one before was taken. */
export class SignalingSender {
  readonly #signaling: Signaling;
  readonly #path: string;
  readonly #failed: (error: unknown) => void;
  #waiting: SignalingMessage[] = [];
  #sending = false;
  #stopped = false;

  /** `failed` is called once; nothing is sent after that. */
  constructor(signaling: Signaling, path: string, failed: (error: unknown) => void) {
    this.#signaling = signaling;
    this.#path = path;
    this.#failed = failed;
  }

  /** Everything was taken. */
  get idle(): boolean {
    return !this.#sending && this.#waiting.length === 0;
  }

  send(message: SignalingMessage): void {
    if (this.#stopped) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#fail(
        new RtcMessageError('RTC_OVERFLOW', `the signaling does not keep up: ${MOST_WAITING} messages wait`, {
          path: this.#path,
        }),
      );
      return;
    }
    this.#waiting.push(message);
    if (!this.#sending) void this.#work();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #work(): Promise<void> {
    this.#sending = true;
    try {
      for (let next = this.#waiting.shift(); next && !this.#stopped; next = this.#waiting.shift()) {
        const sent = this.#signaling.send(next);
        if (sent) await sent;
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#sending = false;
    }
  }

  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#failed(error);
  }
}

/** A negotiation has a few dozen. */
const MOST_WAITING = 1024;
