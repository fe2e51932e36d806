import type { WebSocket } from '../resources/web-socket/web-socket.js';
import type { WebSocketServer } from '../resources/web-socket/web-socket-server.js';
import type { RtcScope } from '../runtime/rtc-scope.js';
import { string } from '../arguments/argument.js';
import { checkRelayOptions, scopeArgument, type SignalingRelayOptions } from './kit-arguments.js';

/** A signaling server of this process. */
export interface SignalingRelay {
  /** The server, owned by the scope; close it to see how an application takes the loss. */
  readonly server: WebSocketServer;
  readonly port: number;
  /** `ws://127.0.0.1:<port>`, without a path. */
  readonly url: string;
  /** The URL of a room. */
  room(name: string): string;
}

/**
 * A WebSocket server on a free port of 127.0.0.1. Two sockets with the same path are a room: what one sends goes to
 * the other, and when one closes, so does the other. What the first sends before the second joins waits for it; the
 * third and the fourth with the same path are a room of their own.
 */
export function signalingRelay(scope: RtcScope, options: SignalingRelayOptions = {}): SignalingRelay {
  const { name = 'signaling' } = checkRelayOptions(options);
  const server = scopeArgument(scope, 'scope').createWebSocketServer({
    name,
    bindAddress: '127.0.0.1',
    port: 0,
  });
  const alone = new Map<string, WebSocket>();
  server.on('connection', (socket) => {
    const room = socket.requestPath ?? '/';
    const first = alone.get(room);
    if (!first) {
      alone.set(room, socket);
      socket.once('close', () => {
        if (alone.get(room) === socket) alone.delete(room);
      });
      return;
    }
    alone.delete(room);
    forward(first, socket);
    forward(socket, first);
  });
  const url = `ws://127.0.0.1:${server.port}`;
  return {
    server,
    port: server.port,
    url,
    room: (room) => `${url}/${encodeURIComponent(string(room, 'name'))}`,
  };
}

function forward(from: WebSocket, to: WebSocket): void {
  from.on('message', (message) => {
    if (to.state === 'open') void to.send(message);
  });
  from.once('close', () => void to.close());
}
