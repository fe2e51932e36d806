import { joinRoom, RtcRuntime, webSocketSignaling } from 'scoped-rtc';
import { startSignalingServer } from 'scoped-rtc/signaling-server';

const [way = '', first = '', second = ''] = process.argv.slice(2);
const say = (line: object) => console.log(JSON.stringify(line));
const urlOf = (port: string | number) => `ws://127.0.0.1:${port}/`;
const names = { room: 'lobby', peer: 'alice' };

/** Its block is left while what was sent waits for a peer that cannot be reached. */
async function unwound(): Promise<void> {
  await using rtc = RtcRuntime.acquire('app');
  const server = await startSignalingServer({ port: 0, host: '127.0.0.1' });
  const { port } = server;
  const socket = rtc.createWebSocket(urlOf(port));
  const alice = webSocketSignaling(socket, { ...names, to: 'bob' });
  await using _closed = { [Symbol.asyncDispose]: () => alice.close({ timeout: 500 }) };
  await socket.opened();
  await server.stop();
  await socket.closed();
  alice.channel.send('nobody').catch((error: { code: string }) => say({ sent: error.code }));
  throw new Error('out of the block');
}

/** The server that it knows stops, and there is another one. */
async function lost(): Promise<void> {
  await using rtc = RtcRuntime.acquire('app');
  const ports = [first, second];
  await using room = joinRoom(() => rtc.createWebSocket(urlOf(ports.shift() ?? second)), names);
  await room.ready();
  say({ joined: first });
  await room.closed();
}

/** The scope of the sockets ends while the member waits with its next one, as `app` or before that. */
async function scopeEnds(early: boolean): Promise<void> {
  const rtc = RtcRuntime.acquire('app');
  const sockets = rtc.fork('sockets');
  const room = joinRoom(() => sockets.createWebSocket(urlOf(1)), {
    ...names,
    reconnect: { first: 60_000, longest: 60_000 },
  });
  const left = room.closed();
  if (!early) while (room.state !== 'lost') await new Promise((resolve) => setTimeout(resolve, 5));
  await sockets.disposeAsync();
  say({ left: ((await left) as { code: string }).code, state: room.state });
  await rtc.disposeAsync();
  say({ mainDone: Date.now(), threads: RtcRuntime.shared.threads().count });
}

if (way === 'unwound') await unwound();
else if (way === 'lost') await lost();
else await scopeEnds(way === 'scopeEndsEarly');
