/**
 * A way for text to one peer. It may lose messages, and it may end; it must not change one. Messages that come before
 * `subscribe` must wait for it.
 */
export interface MessageTransport {
  send(text: string): void | Promise<void>;
  /** Calls `onMessage` for every message and `onClosed` once when no more can come. */
  subscribe(onMessage: (message: unknown) => void, onClosed: (reason?: unknown) => void): Disposable;
}

/** What the `WebSocket` of browsers, of Node 22 and of `ws` have in common, and `RTCDataChannel`. */
export interface WebSocketLike {
  readonly readyState: number | string;
  send(text: string): void;
  close(): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- every DOM's own types of events fit
  addEventListener(event: string, listener: (event: any) => void): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  removeEventListener(event: string, listener: (event: any) => void): void;
}

/** The transport over such a socket or channel, open or about to be. */
export function overWebSocketLike(socket: WebSocketLike): MessageTransport {
  const isConnecting = () => socket.readyState === 0 || socket.readyState === 'connecting';
  const waiting: (() => void)[] = [];
  // One listener for all: Node.js warns of more than ten.
  const open = () => {
    socket.removeEventListener('open', open);
    for (const send of waiting.splice(0)) send();
  };
  return {
    send(text) {
      if (!isConnecting()) return socket.send(text);
      // What is sent before it is open would throw, or be lost; the channel says it again when nothing answers.
      return new Promise((resolve, reject) => {
        const send = () => {
          try {
            resolve(socket.send(text));
          } catch (error) {
            reject(error);
          }
        };
        if (waiting.push(send) === 1) socket.addEventListener('open', open);
      });
    },
    subscribe(onMessage, onClosed) {
      let active = true;
      let failure: unknown;
      const message = (event: { data: unknown }) => onMessage(event.data);
      const closed = () => {
        if (active) onClosed(failure);
        active = false;
      };
      // `ws` throws an error that nobody listens to; "close" follows. Browsers do not say what went wrong.
      const failed = (event: { error?: unknown; message?: unknown }) => {
        failure = event.error ?? event.message;
      };
      socket.addEventListener('message', message);
      socket.addEventListener('close', closed);
      socket.addEventListener('error', failed);
      if (socket.readyState === 3 || socket.readyState === 'closed') queueMicrotask(closed);
      return {
        [Symbol.dispose]() {
          active = false;
          socket.removeEventListener('message', message);
          socket.removeEventListener('close', closed);
        },
      };
    },
  };
}
