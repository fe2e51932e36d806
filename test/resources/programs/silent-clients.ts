// A server closes while clients have connected and not asked for a WebSocket. Nothing but the close ends their connections.
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { RtcRuntime } from '../../../src/index.js';
import { mainDone, say } from '../../lifecycle/programs/say.js';
import { makeCertificate } from '../../support/certificate.js';

const [scheme, bytes = ''] = process.argv.slice(2);

const rtc = RtcRuntime.acquire('app', { timeout: 100_000 });
const { certificate, key } = await makeCertificate();
const server = rtc.createWebSocketServer({
  port: 0,
  bindAddress: '127.0.0.1',
  connectionTimeout: 0, // for ever
  ...(scheme !== 'tcp' && { enableTls: true, certificatePemFile: certificate, keyPemFile: key }),
});
const accepted = new Promise<void>((resolve) =>
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort === server.port) resolve();
  }),
);
const target = { port: server.port, host: '127.0.0.1' };
const client = scheme === 'tls' ? connectSecurely({ ...target, rejectUnauthorized: false }) : connect(target);
client.on('error', () => {});
await once(client, scheme === 'tls' ? 'secureConnect' : 'connect');
await accepted;
if (bytes !== '') await new Promise((resolve) => client.write(bytes, resolve));
const closed = new Promise((resolve) => client.once('close', resolve)); // an error may come before
await server.close();
await closed;
say({ closed: true });
await rtc.disposeAsync();
mainDone();
