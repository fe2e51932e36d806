import type { NativeDataChannel } from '../../native/binding.js';

/** What the addon says before there is a stream: -1 in 16 bits, which no stream can be (RFC 8831). */
export const NO_STREAM = 65_535;

/**
 * Whether a channel that is not open was closed, by its peer or with its connection. The addon does not distinguish that from
 * a channel that has not opened yet; but it refuses a message that is too large, which so is never sent, and says why.
 */
export function isClosed(native: NativeDataChannel): boolean {
  if (native.isOpen()) return false;
  try {
    native.sendMessageBinary(tooLargeFor(native.maxMessageSize()));
  } catch (error) {
    return error instanceof Error && error.message.endsWith('DataChannel is closed');
  }
  return false;
}

let tooLarge = Buffer.alloc(0);

/** Made once: a quarter of a megabyte for each look would cost more than the look. */
function tooLargeFor(maxMessageSize: number): Buffer {
  if (tooLarge.length <= maxMessageSize) tooLarge = Buffer.alloc(maxMessageSize + 1);
  return tooLarge;
}

/** Whether ICE, in that state, has a path to the peer. */
export function hasPath(iceState: string): boolean {
  return iceState === 'connected' || iceState === 'completed';
}

/** When to look whether a channel was closed before it opened: at growing intervals. */
export class RareLooks {
  #next = 0;
  #pause = LOOK_MS;

  isDue(now: number): boolean {
    if (now < this.#next) return false;
    this.#next = now + this.#pause;
    this.#pause = Math.min(2 * this.#pause, MOST_LOOK_MS);
    return true;
  }
}

/** Milliseconds from one look to the next; twice as many each time. */
const LOOK_MS = 50;
const MOST_LOOK_MS = 1600;
