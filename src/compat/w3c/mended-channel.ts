import { type GuardedDataChannel, NO_STREAM } from '../guarded-data-channel.js';

/** The polyfill's `RTCDataChannel`, as far as it is mended; its own types need the DOM's. */
export interface MendableChannel extends EventTarget {
  readonly bufferedAmount: number;
  readonly bufferedAmountLowThreshold: number;
  readonly id: number | null;
  send(data: unknown): void;
  close(): void;
}

/**
 * Puts right, on one channel: `bufferedAmount` grows with `send()` and does not fall before the next turn of the event
 * loop, and falling below the threshold then is told, also where the transport took the message at once; `id` is
 * `null` until there is one; a channel that was closed before it could tell so does not open.
 */
export function mendChannel<C extends MendableChannel>(channel: C, native?: GuardedDataChannel): C {
  const send = channel.send.bind(channel);
  const close = channel.close.bind(channel);
  const dispatchEvent = channel.dispatchEvent.bind(channel);
  const unsent = () => Reflect.get(Object.getPrototypeOf(channel), 'bufferedAmount', channel) as number;
  const firstId = channel.id;
  let amount: number | undefined;
  let told = false;
  let isClosing = false;

  const settle = () => {
    const before = amount ?? 0;
    amount = undefined;
    const threshold = channel.bufferedAmountLowThreshold;
    // What is still buffered the library tells of itself.
    if (!told && before > threshold && unsent() <= threshold) {
      channel.dispatchEvent(new Event('bufferedamountlow'));
    }
  };

  channel.addEventListener('bufferedamountlow', () => {
    if (amount !== undefined) told = true;
  });
  Object.defineProperties(channel, {
    bufferedAmount: { configurable: true, get: () => amount ?? unsent() },
    id: { configurable: true, get: () => idOf(native?.getId() ?? firstId) },
    close: {
      configurable: true,
      writable: true,
      value: () => {
        isClosing = true;
        close();
      },
    },
    dispatchEvent: {
      configurable: true,
      writable: true,
      value: (event: Event) => (isClosing && event.type === 'open' ? false : dispatchEvent(event)),
    },
    send: {
      configurable: true,
      writable: true,
      value: (data: unknown) => {
        const before = channel.bufferedAmount;
        send(data);
        if (amount === undefined) {
          told = false;
          setImmediate(settle);
        }
        amount = before + sizeOf(data);
      },
    },
  });
  return channel;
}

const idOf = (id: number | null): number | null => (id === NO_STREAM ? null : id);

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data);
  if (data instanceof Blob) return data.size;
  return ArrayBuffer.isView(data) || data instanceof ArrayBuffer ? data.byteLength : 0;
}
