/**
 * A browser that talks to Node.js, and everything that it takes: a page, a signaling server, this process as the peer.
 *
 *     npm install ws tsx
 *     npx tsx examples/browser-peer.ts [PORT]      then open the address that it prints
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { joinRoom, RtcRuntime } from 'scoped-rtc';
import { startSignalingServer } from 'scoped-rtc/signaling-server';

await using rtc = RtcRuntime.acquire('browser-peer');
RtcRuntime.shared.installSignalHandlers({ exitCode: 0 });

const signaling = rtc.use(await startSignalingServer({ port: 0, serveClient: true })); // serves /scoped-rtc.js, too
const room = rtc.use(
  joinRoom(() => rtc.createWebSocket(`ws://127.0.0.1:${signaling.port}/`), { room: 'chat', peer: 'node' }),
);
room.on('joined', ({ peer }) => void talkTo(peer));

async function talkTo(peer: string): Promise<void> {
  await using scope = rtc.fork(peer);
  const pc = scope.createPeerConnection(peer);
  const chat = pc.createDataChannel('chat');
  try {
    await pc.negotiate(room.connect(peer));
    await chat.send(`hello ${peer}`);
    for await (const message of chat) await chat.send(`${peer} says: ${message}`);
  } catch (error) {
    console.log(`${peer}: ${(error as Error).message}`);
  }
}

const page = await readFile(new URL('browser-peer/index.html', import.meta.url), 'utf8');
const site = createServer((_, response) => {
  response.setHeader('content-type', 'text/html').end(page.replace('SIGNALING', String(signaling.port)));
});
site.listen(Number(process.argv[2] ?? 0), () => {
  console.log(`http://localhost:${(site.address() as AddressInfo).port}/`);
});
rtc.adopt(site, () => {
  site.close();
  site.closeAllConnections();
});
await new Promise((resolve) => rtc.signal.addEventListener('abort', resolve));
