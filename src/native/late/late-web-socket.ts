import type { NativeWebSocket } from '../binding.js';
import { afterTurn } from '../../time/clock.js';

export interface LateWebSocket {
  readonly native: NativeWebSocket;
  /** From now on calls go to `real`, which is opened and given the callbacks. Not to be called after a close. */
  becomes(real: NativeWebSocket): void;
}

type Told =
  'open' | 'onOpen' | 'onError' | 'onMessage' | 'onBufferedAmountLow' | 'setBufferedAmountLowThreshold';

/**
 * A native client that is made when the way to its server is known, and again where the attempt failed before it reached the
 * server. `closing` is called when it is closed.
 */
export function lateWebSocket(maxMessageSize: number, closing: () => void): LateWebSocket {
  let real: NativeWebSocket | undefined;
  let onClosed: (() => void) | undefined;
  let closed = false;
  const told = new Map<Told, (native: NativeWebSocket) => void>();
  const tell = (what: Told, say: (native: NativeWebSocket) => void) => {
    told.set(what, say);
    if (real) say(real);
  };
  const end = (how: 'close' | 'forceClose') => {
    if (!closed) closing();
    if (real) real[how]();
    else if (!closed) afterTurn(() => onClosed?.());
    closed = true;
  };
  const native: NativeWebSocket = {
    open: (url) => tell('open', (each) => each.open(url)),
    close: () => end('close'),
    forceClose: () => end('forceClose'),
    sendMessage: (text) => real?.sendMessage(text) ?? false,
    sendMessageBinary: (bytes) => real?.sendMessageBinary(bytes) ?? false,
    isOpen: () => real?.isOpen() ?? false,
    bufferedAmount: () => real?.bufferedAmount() ?? 0,
    maxMessageSize: () => real?.maxMessageSize() ?? maxMessageSize,
    setBufferedAmountLowThreshold: (bytes) =>
      tell('setBufferedAmountLowThreshold', (each) => each.setBufferedAmountLowThreshold(bytes)),
    onOpen: (callback) => tell('onOpen', (each) => each.onOpen(callback)),
    onError: (callback) => tell('onError', (each) => each.onError(callback)),
    onMessage: (callback) => tell('onMessage', (each) => each.onMessage(callback)),
    onBufferedAmountLow: (callback) =>
      tell('onBufferedAmountLow', (each) => each.onBufferedAmountLow(callback)),
    onClosed(callback) {
      onClosed = callback;
      real?.onClosed(callback);
    },
    // The library has these when it is no longer connecting.
    remoteAddress: () => real?.remoteAddress() as string,
    path: () => real?.path() as string,
  };
  return {
    native,
    becomes(next) {
      real = next;
      if (onClosed) next.onClosed(onClosed);
      for (const say of told.values()) say(next);
    },
  };
}
