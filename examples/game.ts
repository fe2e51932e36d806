/**
 * A multiplayer game: browsers as players, a server that decides where everybody is, 30 times a second.
 *
 *     npm install ws tsx
 *     npx tsx examples/game.ts [PORT]      then open the address that it prints, in two windows
 *
 * A room of the signaling server is an arena, the room "lobby" tells how full each one is. Every player has two
 * channels: `world` for positions, where a lost message is not sent again, and `events` for what must arrive.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { joinRoom, RtcRuntime } from 'scoped-rtc';
import { type SignalingServer, startSignalingServer } from 'scoped-rtc/signaling-server';
import { Arena, SERVER } from './game/arena.js';
import { Lobby } from './game/lobby.js';

const ARENAS = ['red', 'blue'];
const PLAYERS_PER_ARENA = 8;
/** What shows the signaling server that it is us. */
const OWN_TOKEN = randomUUID();

await using rtc = RtcRuntime.acquire('game');
RtcRuntime.shared.installSignalHandlers({ timeout: 5_000, exitCode: 0 });

const signaling: SignalingServer = rtc.use(
  await startSignalingServer({
    port: 0,
    serveClient: true, // the module for the page
    idleTimeout: 5_000, // a player that vanishes is gone after this long
    accept: ({ room, peer, token }) => {
      if (peer === SERVER) return token === OWN_TOKEN || 'that name is taken';
      if (room !== 'lobby' && !ARENAS.includes(room)) return `there is no arena "${room}"`;
      const players = signaling.members(room).filter((member) => member.peer !== SERVER).length;
      return room === 'lobby' || players < PLAYERS_PER_ARENA || `the arena "${room}" is full`;
    },
    limits: { peersPerRoom: 100 },
  }),
);
const join = (room: string) =>
  rtc.use(
    joinRoom(() => rtc.createWebSocket(`ws://127.0.0.1:${signaling.port}/`), {
      room,
      peer: SERVER,
      token: OWN_TOKEN,
    }),
  );

// Rooms are made before the scopes of the players: they are left when the players have everything.
const lobbyRoom = join('lobby');
const arenas = ARENAS.map((name) => {
  const room = join(name);
  return new Arena(rtc.fork(name), room);
});
const lobby = new Lobby(lobbyRoom, arenas);
for (const arena of arenas) arena.onChange = () => lobby.tell();

const page = await readFile(new URL('game/index.html', import.meta.url));
const site = createServer((_, response) => {
  response
    .setHeader('content-type', 'text/html')
    .end(String(page).replace('SIGNALING', String(signaling.port)));
});
site.listen(Number(process.argv[2] ?? 0), () => {
  console.log(`http://localhost:${(site.address() as AddressInfo).port}/`);
});
rtc.adopt(site, () => {
  site.close();
  site.closeAllConnections();
});
await new Promise((resolve) => rtc.signal.addEventListener('abort', resolve));
