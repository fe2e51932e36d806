import type { WebSocket, WebSocketServer } from 'scoped-rtc';

/**
 * A signaling server: two sockets with the same request path are a room, and what one says goes to the other.
 * Nothing is stored here: what the first says before the second is there waits in its channel, because nobody
 * listens yet.
 */
export function relayByRoom(server: WebSocketServer): void {
  const waiting = new Map<string, WebSocket>();
  server.on('connection', (socket) => {
    socket.once('open', () => {
      const room = socket.requestPath ?? '/';
      const first = waiting.get(room);
      if (first === undefined) {
        waiting.set(room, socket);
        socket.once('close', () => {
          if (waiting.get(room) === socket) waiting.delete(room);
        });
        return;
      }
      waiting.delete(room);
      forward(first, socket);
      forward(socket, first);
    });
  });
}

function forward(from: WebSocket, to: WebSocket): void {
  from.on('message', (message) => {
    if (to.state === 'open') void to.send(message);
  });
  from.once('close', () => void to.close());
}
