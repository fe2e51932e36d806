/**
 * Messages that arrive exactly once although the server in between is stopped and started again.
 *
 *     npm install ws tsx
 *     npx tsx examples/signaling/acknowledged.ts
 */
import { RtcRuntime, webSocketSignaling } from 'scoped-rtc';
import { startSignalingServer } from 'scoped-rtc/signaling-server';

await using rtc = RtcRuntime.acquire('acknowledged');
let server = await startSignalingServer({ port: 0, host: '127.0.0.1' });
const { port } = server;

const join = (peer: string) =>
  webSocketSignaling(() => rtc.createWebSocket(`ws://127.0.0.1:${port}/`), { room: 'lobby', peer });
await using alice = join('alice');
await using bob = join('bob');
bob.channel.subscribe((message) => console.log(`bob has: ${String(message)}`));

await alice.channel.send('before');
await server.stop();
const sent = alice.channel.send('while nobody is there to pass it on');
server = await startSignalingServer({ port, host: '127.0.0.1' });
await sent; // bob's application has it
await server.stop();
