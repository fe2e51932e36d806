import type { NativeWebSocket } from '../binding.js';
import { standIn } from './stand-in.js';
import { afterTurn } from '../../time/clock.js';

export interface LateWebSocket {
  readonly native: NativeWebSocket;
  /** `undefined` once the socket was closed: then no native is made any more. */
  becomes(real: NativeWebSocket): boolean;
}

/** A native client that is made when the way to its server is known. `cancelled` is called when it is closed before. */
export function lateWebSocket(maxMessageSize: number, cancelled: () => void): LateWebSocket {
  let onClosed: (() => void) | undefined;
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    cancelled();
    afterTurn(() => onClosed?.());
  };
  const late = standIn<NativeWebSocket>({
    open: 'later',
    close,
    forceClose: close,
    sendMessage: () => false,
    sendMessageBinary: () => false,
    isOpen: () => false,
    bufferedAmount: () => 0,
    maxMessageSize: () => maxMessageSize,
    setBufferedAmountLowThreshold: 'later',
    onOpen: 'later',
    onClosed: (callback) => {
      onClosed = callback;
    },
    onError: 'later',
    onBufferedAmountLow: 'later',
    onMessage: 'later',
    // The library has these when it is no longer connecting.
    remoteAddress: () => undefined as unknown as string,
    path: () => undefined as unknown as string,
  });
  return {
    native: late.native,
    becomes(real) {
      if (closed) return false;
      late.becomes(real);
      if (onClosed) real.onClosed(onClosed);
      return true;
    },
  };
}
