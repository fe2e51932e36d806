import { RtcClosedError, RtcInvalidStateError, RtcMessageError } from '../errors/rtc-error.js';
import { reportUncaught } from '../native/firewall.js';
import type { Signaling, SignalingMessage } from '../resources/connection/negotiation/signaling.js';

/** One end of a signaling within the process. */
export interface MemorySignaling extends Signaling, Disposable {
  /** Closes both ends; messages that were sent before still arrive. */
  close(): void;
}

/**
 * Two linked ends for two connections of one process: tests, or a demonstration without a server.
 * Messages arrive in order and never within the call that sends them.
 */
export function memorySignaling(): [MemorySignaling, MemorySignaling] {
  const a = new MemoryEnd();
  const b = new MemoryEnd();
  a.link(b);
  b.link(a);
  return [a, b];
}

interface Subscriber {
  readonly onMessage: (message: unknown) => void;
  readonly onClosed: (reason?: unknown) => void;
}

class MemoryEnd implements MemorySignaling {
  #peer: MemoryEnd | undefined;
  #subscriber: Subscriber | undefined;
  #waiting: unknown[] = [];
  #closed = false;
  #notified = false;
  #delivering = false;

  link(peer: MemoryEnd): void {
    this.#peer = peer;
  }

  send(message: SignalingMessage): void {
    if (this.#closed) throw new RtcClosedError('RTC_CLOSED', 'the signaling is closed');
    this.#peer?.arrive(structuredClone(message));
  }

  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable {
    if (this.#subscriber)
      throw new RtcInvalidStateError('this end of the signaling has a subscriber already');
    const subscriber: Subscriber = { onMessage, onClosed };
    this.#subscriber = subscriber;
    this.#deliver();
    return {
      [Symbol.dispose]: () => {
        if (this.#subscriber === subscriber) this.#subscriber = undefined;
      },
    };
  }

  close(): void {
    this.end();
    this.#peer?.end();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  arrive(message: unknown): void {
    if (this.#waiting.length >= MOST_WAITING) {
      throw new RtcMessageError('RTC_OVERFLOW', `${MOST_WAITING} signaling messages wait at the other end`);
    }
    this.#waiting.push(message);
    this.#deliver();
  }

  end(): void {
    this.#closed = true;
    this.#deliver();
  }

  #deliver(): void {
    if (this.#delivering || !this.#subscriber) return;
    this.#delivering = true;
    queueMicrotask(() => {
      this.#delivering = false;
      while (this.#waiting.length > 0 && this.#subscriber) {
        const { onMessage } = this.#subscriber;
        this.#call(() => onMessage(this.#waiting.shift()));
      }
      if (this.#closed && !this.#notified && this.#subscriber) {
        this.#notified = true;
        const { onClosed } = this.#subscriber;
        this.#call(() => onClosed());
      }
    });
  }

  #call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      reportUncaught(error, 'memory signaling');
    }
  }
}

/** Messages. A negotiation has a few dozen; more wait only where the other end does not negotiate. */
const MOST_WAITING = 1024;
