import type { WebSocketServer } from 'ws';
import { RtcBindingError } from '../../errors/rtc-error.js';
import { BYE } from '../wire/room-message.js';

/** What makes WebSockets of upgrade requests. Each says why it closes in a message as well. */
export async function webSocketServer(maxPayload: number): Promise<WebSocketServer> {
  const { WebSocketServer: Sockets, WebSocket: Socket } = await loadWs();
  // The reason goes in a message before the close frame: not every client gets to see the frame's.
  class ReasonedSocket extends Socket {
    override close(code?: number, reason?: string | Buffer): void {
      const known = BYE[code as keyof typeof BYE] as string | undefined;
      const text = reason ?? known;
      if (code !== undefined && known !== undefined && this.readyState === Socket.OPEN) {
        this.send(JSON.stringify({ bye: { code, reason: String(text) } }), () => {});
      }
      super.close(code, text);
    }
  }
  const settings = { noServer: true, maxPayload, WebSocket: ReasonedSocket };
  // The types of `ws` do not know these options yet.
  const bounds = { closeTimeout: CLOSE_MS, maxFragments: MOST_FRAGMENTS };
  return new Sockets({ ...settings, ...bounds } as typeof settings);
}

/** `ws` is an optional peer dependency: only who runs the server needs it. */
async function loadWs(): Promise<typeof import('ws')> {
  try {
    return await import('ws');
  } catch (cause) {
    throw new RtcBindingError(
      'RTC_BINDING_UNAVAILABLE',
      'the signaling server needs the package ws, version 8 or newer: npm install ws',
      { cause },
    );
  }
}

/** Milliseconds that a peer has to take its close frame. */
const CLOSE_MS = 2000;
/** Of one message. */
const MOST_FRAGMENTS = 1024;
