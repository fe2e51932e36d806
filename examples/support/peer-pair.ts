import { type DataChannel, messageChannelSignaling, type RtcScope } from 'scoped-rtc';
import { makeServerIdentity } from './certificate.js';
import { relayByRoom } from './signaling-relay.js';

export interface PeerPair {
  /** The channel as the peer that created it has it. */
  readonly sender: DataChannel;
  readonly receiver: DataChannel;
}

/**
 * Two peers in one process that find each other as two machines would: each has a TLS WebSocket to a signaling
 * server, offer, answer and candidates go through it, and the channel between them is a real one.
 * All of it belongs to `scope`; nothing here has to be closed.
 */
export async function connectPeers(scope: RtcScope): Promise<PeerPair> {
  const { certificate, key, certificateFile } = scope.use(await makeServerIdentity());
  const server = scope.createWebSocketServer({
    name: 'signaling-server',
    port: 0,
    bindAddress: '127.0.0.1',
    enableTls: true,
    certificatePemFile: certificate,
    keyPemFile: key,
  });
  relayByRoom(server);
  const url = `wss://localhost:${server.port}/room/1`;
  const connect = async (name: string) => {
    const socket = scope.createWebSocket(url, {
      name: `${name}-signaling`,
      caCertificatePemFile: certificateFile,
    });
    const connection = scope.createPeerConnection(name);
    return { connection, signaling: messageChannelSignaling(await socket.opened()) };
  };
  const [alice, bob] = await Promise.all([connect('alice'), connect('bob')]);
  const sender = alice.connection.createDataChannel('file');
  const [, , receiver] = await Promise.all([
    alice.connection.negotiate(alice.signaling),
    bob.connection.negotiate(bob.signaling),
    bob.connection.nextDataChannel(),
    sender.opened(),
  ]);
  return { sender, receiver };
}
