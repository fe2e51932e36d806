/**
 * Two peers find each other over a TLS WebSocket and talk over a data channel.
 *
 *     npx tsx examples/quickstart.ts
 *
 * Both peers and the signaling server live in this process, so that there is nothing to set up. Look at what is
 * not here: no close(), no cleanup(), no process.exit().
 */
import { messageChannelSignaling, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { makeServerIdentity } from './support/certificate.js';
import { relayByRoom } from './support/signaling-relay.js';

interface Room {
  readonly url: string;
  readonly caCertificatePemFile: string;
}

async function alice(rtc: RtcScope, { url, caCertificatePemFile }: Room): Promise<void> {
  await using signaling = rtc.createWebSocket(url, { name: 'signaling', caCertificatePemFile });
  await using pc = rtc.createPeerConnection('alice');
  await using chat = pc.createDataChannel('chat'); // owned by pc, torn down before it

  await pc.negotiate(messageChannelSignaling(signaling)); // offer, answer, candidates; pc now depends on the socket
  await chat.opened({ timeout: 5_000 });
  for (const word of ['hello', 'how are you', 'bye']) {
    await chat.send(word); // waits while the peer cannot keep up
    console.log(`bob says: ${await chat.nextMessage()}`);
  }
}

async function bob(rtc: RtcScope, { url, caCertificatePemFile }: Room): Promise<void> {
  await using signaling = rtc.createWebSocket(url, { name: 'signaling', caCertificatePemFile });
  await using pc = rtc.createPeerConnection('bob');
  await pc.negotiate(messageChannelSignaling(signaling));
  const chat = await pc.nextDataChannel(); // owned by pc: closed with it, without a `using` of its own
  for await (const message of chat) {
    console.log(`alice says: ${message}`);
    await chat.send(`${message}!`);
  } // ends when alice closes her end
}

async function main(): Promise<void> {
  await using rtc = RtcRuntime.acquire('quickstart'); // a root scope; the last one out runs native cleanup
  const { certificate, key, certificateFile } = rtc.use(await makeServerIdentity());
  const server = rtc.createWebSocketServer({
    port: 0, // a free one
    bindAddress: '127.0.0.1',
    enableTls: true,
    certificatePemFile: certificate,
    keyPemFile: key,
  });
  relayByRoom(server);
  const room: Room = { url: `wss://localhost:${server.port}/room/1`, caCertificatePemFile: certificateFile };
  await Promise.all([alice(rtc.fork('alices'), room), bob(rtc.fork('bobs'), room)]);
}

await main();
const { cleanups, state } = RtcRuntime.shared;
console.log(`runtime: ${state}, native cleanups: ${cleanups}`);
