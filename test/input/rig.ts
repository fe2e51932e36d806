import {
  type DataChannel,
  type IceUdpMuxListener,
  type MediaTrack,
  type NodeSnapshot,
  type PeerConnection,
  RtcRuntime,
  type RtcScope,
  type SessionDescription,
  type WebSocket,
  type WebSocketServer,
} from 'scoped-rtc';
import { connectedPair } from '../support/connected-pair.js';
import { connectedTrack } from '../support/connected-track.js';
import { nextEvent, until } from '../support/event.js';
import { freeUdpPort } from '../support/free-port.js';

/** One of everything, alive. */
export interface Rig {
  readonly runtime: RtcRuntime;
  readonly scope: RtcScope;
  readonly alice: PeerConnection;
  readonly channel: DataChannel;
  readonly track: MediaTrack;
  readonly server: WebSocketServer;
  readonly socket: WebSocket;
  readonly listener: IceUdpMuxListener;
  readonly offer: SessionDescription;
}

export async function makeRig(scope: RtcScope): Promise<Rig> {
  const { alice, near: channel } = await connectedPair(scope);
  const server = scope.createWebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
  const socket = scope.createWebSocket(`ws://127.0.0.1:${server.port}/`);
  await socket.opened();
  await until(() => server.connections === 1, 'the server has its socket');
  const author = scope.createPeerConnection('author');
  const described = nextEvent<[SessionDescription]>(author, 'localDescription');
  author.createDataChannel('x');
  const [offer] = await described;
  const listener = await makeListener(scope);
  const { sending: track } = await connectedTrack(scope.fork('media'));
  return { runtime: RtcRuntime.shared, scope, alice, channel, track, server, socket, listener, offer };
}

/** On a port that is free: the library takes no port 0 here. */
export async function makeListener(scope: RtcScope): Promise<IceUdpMuxListener> {
  return scope.createIceUdpMuxListener(await freeUdpPort(), '127.0.0.1');
}

/** What a call could leave behind, in words that can be compared: members of the tree, natives, listeners of the process. */
export function footprint(runtime: RtcRuntime): string {
  const { natives, scopes } = runtime.snapshot();
  const outline = ({ path, kind, state, dependsOn, children }: NodeSnapshot): unknown => [
    path,
    kind,
    state,
    dependsOn,
    children.map(outline),
  ];
  const listeners = process.eventNames().map((event) => [String(event), process.listenerCount(event)]);
  return JSON.stringify({ held: natives.held, scopes: scopes.map(outline), listeners }, undefined, 1);
}
