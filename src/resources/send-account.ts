/**
 * Counts what was accepted for sending, so that an end without confirmation can say how much may be lost.
 * A mark is kept every 64 kB, so the count is exact to that many bytes and costs nothing per message.
 */
export class SendAccount {
  #messages = 0;
  #bytes = 0;
  #marks: { messages: number; bytes: number }[] = [];

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number): void {
    const last = this.#marks[this.#marks.length - 1];
    if (!last || this.#bytes - last.bytes >= MARK_EVERY_BYTES) {
      this.#marks.push({ messages: this.#messages, bytes: this.#bytes });
    }
    this.#messages++;
    this.#bytes += bytes;
  }

  /** Forgets what is older than the last `bytes` bytes; called now and then by whoever knows what is in flight. */
  forgetBefore(bytes: number): void {
    if (this.#marks.length < MARKS_BEFORE_TRIM) return;
    const from = this.#marks.findLastIndex((mark) => mark.bytes <= this.#bytes - bytes);
    if (from > 0) this.#marks = this.#marks.slice(from);
  }

  /** At most how many messages lie within the last `bytes` bytes that were accepted. */
  messagesWithin(bytes: number): number {
    if (bytes <= 0) return 0;
    const mark = this.#marks.findLast((candidate) => candidate.bytes <= this.#bytes - bytes);
    return this.#messages - (mark?.messages ?? 0);
  }
}

const MARK_EVERY_BYTES = 64 * 1024;
const MARKS_BEFORE_TRIM = 256;
