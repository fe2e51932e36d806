import { randomBytes } from 'node:crypto';
import { messageChannelSignaling, type RtcScope, type WebSocket, type WebSocketServer } from 'scoped-rtc';
import { makeServerIdentity } from '../support/certificate.js';
import { receiveBytes } from '../support/file-transfer.js';
import { incomingChannel } from '../support/incoming-channel.js';
import { PartialFile } from '../support/partial-file.js';
import { ProgressBar } from '../support/progress-bar.js';
import { formatBytes } from '../support/style.js';
import { formatAddress } from './address.js';

/** Waits for one sender and takes one file. `host`: the DNS name by which senders know this machine. */
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

  const signaling = await senderOf(server, `/${token}`);
  const pc = rtc.createPeerConnection('receiver');
  const incoming = incomingChannel(pc);
  await pc.negotiate(messageChannelSignaling(signaling));
  const received = await receiveBytes(
    await incoming,
    // Given to the scope: whatever happens from here on, an unfinished file is removed.
    async (name) => rtc.use(await PartialFile.create(folder, name)),
    new ProgressBar('received').update,
  );
  console.log(`received ${received.name}: ${formatBytes(received.bytes)}, SHA-256 ${received.sha256}`);
}

/** The first client that knows the token; anybody else is sent away. */
function senderOf(server: WebSocketServer, path: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    server.on('connection', (socket) => {
      socket.once('open', () => {
        if (socket.requestPath === path) resolve(socket);
        else void socket.close();
      });
    });
    server.once('close', () => reject(new Error('closed before a sender came')));
  });
}
