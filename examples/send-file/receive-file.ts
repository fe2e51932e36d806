import { randomBytes } from 'node:crypto';
import { ReadableStream } from 'node:stream/web';
import {
  messageChannelSignaling,
  RtcError,
  type RtcScope,
  type WebSocket,
  type WebSocketServer,
} from 'scoped-rtc';
import { makeServerIdentity } from '../support/certificate.js';
import { receiveBytes, type Transferred } from '../support/file-transfer.js';
import { PartialFile } from '../support/partial-file.js';
import { ProgressBar } from '../support/progress-bar.js';
import { formatBytes } from '../support/style.js';
import { formatAddress } from './address.js';
import { acceptConnections } from './more-connections.js';

/**
 * Takes one file. A sender that vanishes may come back, and the transfer goes on where it was. `host`: the DNS name by
 * which senders know this machine.
 */
export async function receiveFile(rtc: RtcScope, folder: string, host = 'localhost'): Promise<void> {
  const { certificate, key } = rtc.use(await makeServerIdentity(host));
  const server = rtc.createWebSocketServer({
    port: 0,
    ...(host === 'localhost' ? { bindAddress: '127.0.0.1' } : {}),
    enableTls: true,
    certificatePemFile: certificate,
    keyPemFile: key,
  });
  const token = randomBytes(16).toString('base64url');
  const url = `wss://${host}:${server.port}/${token}`;
  console.log(`address: ${formatAddress({ url, certificate })}`);

  for await (const signaling of sendersOf(server, `/${token}`)) {
    try {
      const { name, bytes, sha256 } = await receiveFrom(signaling, rtc, folder);
      console.log(`received ${name}: ${formatBytes(bytes)}, SHA-256 ${sha256}`);
      return;
    } catch (error) {
      // Of the connection: the sender may come back. Anything else, such as a wrong hash, comes again.
      if (!(error instanceof RtcError) || rtc.disposed) throw error;
      console.log(`interrupted (${error.code}), waiting for the sender to come back`);
    }
  }
}

async function receiveFrom(signaling: WebSocket, rtc: RtcScope, folder: string): Promise<Transferred> {
  await using attempt = rtc.fork('attempt');
  const pc = attempt.createPeerConnection('receiver');
  await pc.negotiate(messageChannelSignaling(signaling));
  return await receiveBytes(
    await pc.nextDataChannel(),
    async (name) => attempt.use(await PartialFile.open(folder, name)),
    new ProgressBar('received').update,
    acceptConnections(attempt, pc),
  );
}

/** The clients that know the token, one after the other; anybody else is sent away. */
function sendersOf(server: WebSocketServer, path: string): ReadableStream<WebSocket> {
  let over = false;
  return new ReadableStream<WebSocket>({
    start(senders) {
      server.on('connection', (socket) => {
        socket.once('open', () => {
          if (socket.requestPath === path && !over) senders.enqueue(socket);
          else void socket.close();
        });
      });
      server.once('close', () => senders.error(new Error('closed before a sender came')));
    },
    cancel() {
      over = true;
    },
  });
}
