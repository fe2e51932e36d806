import { on, once } from 'node:events';
import {
  type DataChannel,
  type IceUdpMuxListener,
  type MediaTrack,
  memorySignaling,
  type PeerConnection,
  RtcError,
  RtcRuntime,
  type WebSocket,
  type WebSocketServer,
} from 'scoped-rtc';
import { createFakeBinding } from 'scoped-rtc/testing';

/** `await using` for every handle. Prints what happened, a line each. */
export async function main(): Promise<void> {
  {
    await using rtc = RtcRuntime.acquire('app');
    await using room = rtc.fork('room');
    await using server = room.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
    server.on('connection', (accepted: WebSocket) =>
      accepted.on('message', (text) => void accepted.send(text)),
    );
    await using socket = room.createWebSocket(`ws://127.0.0.1:${server.port}/`);
    await once(socket, 'open');
    await socket.send('echo');
    for await (const message of socket) {
      console.log(`socket: ${message}`);
      break;
    }
    await using alice: PeerConnection = rtc.createPeerConnection('alice', { bindAddress: '127.0.0.1' });
    await using bob = rtc.createPeerConnection('bob', { bindAddress: '127.0.0.1' });
    await using chat: DataChannel = alice.createDataChannel('chat');
    const arriving = once(bob, 'dataChannel', { signal: AbortSignal.timeout(20_000) });
    const tracks: MediaTrack[] = [];
    bob.on('track', (track) => tracks.push(track));
    const [left, right] = memorySignaling();
    await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
    await chat.opened({ timeout: 5000 });
    await chat.send('hello');
    await using arrived: DataChannel = (await arriving)[0];
    for await (const message of arrived) {
      console.log(`channel: ${message}`);
      break;
    }
    const closing = once(arrived, 'close');
    await arrived.close();
    await closing;
    try {
      await arrived.send('late');
    } catch (error) {
      console.log(`late: ${error instanceof RtcError ? error.code : String(error)}`);
    }
  }
  const { state, cleanups } = RtcRuntime.shared;
  console.log(`runtime: ${state}, cleanups: ${cleanups}, threads: ${RtcRuntime.shared.threads().count}`);
  const runtime = new RtcRuntime({ native: createFakeBinding() });
  await runtime.scope('fake').run((scope) => scope.createPeerConnection('peer').path);
  console.log(`fake: ${runtime.state}`);
}

/** Compiles: every class with events is an emitter of Node.js in the types, too. */
export const emitters = (
  server: WebSocketServer,
  track: MediaTrack,
  listener: IceUdpMuxListener,
  runtime: RtcRuntime,
): NodeJS.EventEmitter[] => {
  void on(server, 'connection');
  return [server, track, listener, runtime];
};

await main();
