import type { Signaling, SignalingMessage } from '../../src/index.js';

export interface Envelope {
  /** Of the connection that it is about. */
  readonly id: number;
  readonly signal: SignalingMessage;
}

/** Either end of the channel between a process and one that it started. */
interface Port {
  send?: ((message: Envelope, done: () => void) => boolean) | undefined;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/** Signaling of the connection `id` with the other process. What comes before the subscriber waits for it. */
export function ipcSignaling(
  port: Port,
  id: number,
  early: readonly SignalingMessage[] = [],
): Signaling & Disposable {
  const waiting = [...early];
  let subscriber: ((message: unknown) => void) | undefined;
  const onEnvelope = (envelope: unknown) => {
    if ((envelope as Envelope).id !== id) return;
    if (subscriber) subscriber((envelope as Envelope).signal);
    else waiting.push((envelope as Envelope).signal);
  };
  port.on('message', onEnvelope);
  return {
    send: (signal) => void port.send?.({ id, signal }, () => {}), // a process that is gone is noticed elsewhere
    subscribe(onMessage) {
      subscriber = onMessage;
      for (const message of waiting.splice(0)) queueMicrotask(() => onMessage(message));
      return {
        [Symbol.dispose]() {
          subscriber = () => {};
        },
      };
    },
    close: () => {},
    [Symbol.dispose]: () => void port.off('message', onEnvelope),
  };
}
