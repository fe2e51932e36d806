import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Below the ports that systems give to whoever asks for none: no connection of another test takes one in between. */
const FIRST = 20_000;
const PORTS = 10_000;

/** For programs that take no port 0. A TCP port of this machine that is free now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomPort();
    const server = createServer();
    const listens = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!listens) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** A UDP port of this machine that is free now. */
export async function freeUdpPort(): Promise<number> {
  for (;;) {
    const port = randomPort();
    const socket = createSocket('udp4');
    const isBound = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false)).bind(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise<void>((resolve) => socket.close(resolve));
    if (isBound) return port;
  }
}

function randomPort(): number {
  return FIRST + Math.floor(Math.random() * PORTS);
}
