import { readFrom, wrongType } from '../../arguments/argument.js';
import { MessageChannel } from '../../resources/channel/message-channel.js';
import { type MessageTransport, overWebSocketLike, type WebSocketLike } from '../wire/message-transport.js';

/** What an `AcknowledgedChannel` may be attached to. */
export type AttachableTransport = MessageChannel | WebSocketLike | MessageTransport;

/** The transport behind whatever the caller gave. Throws a `TypeError` for what is none. */
export function transportOver(given: unknown, name: string): MessageTransport {
  if (readFrom(name, () => given instanceof MessageChannel)) return overChannel(given as MessageChannel);
  const methods = readFrom(name, () => {
    const { send, subscribe, addEventListener } = (given ?? {}) as Partial<MessageTransport & WebSocketLike>;
    return [send, subscribe, addEventListener].map((method) => typeof method === 'function');
  });
  if (methods[0] && methods[1]) return given as MessageTransport;
  if (methods[0] && methods[2]) return overWebSocketLike(given as WebSocketLike);
  throw wrongType(name, 'a WebSocket, a DataChannel, or an object with send() and subscribe()', given);
}

function overChannel(channel: MessageChannel): MessageTransport {
  return {
    send: (text) => channel.send(text),
    subscribe(onMessage, onClosed) {
      const messages = channel.subscribe('message', onMessage);
      const end = channel.subscribe('close', (info) => onClosed(info.reason));
      let active = true;
      if (channel.state === 'closed') queueMicrotask(() => active && onClosed()); // it was notified already
      return {
        [Symbol.dispose]() {
          active = false;
          messages[Symbol.dispose]();
          end[Symbol.dispose]();
        },
      };
    },
  };
}
