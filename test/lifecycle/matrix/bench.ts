import { createServer, type Server, type Socket } from 'node:net';
import type { AnyHandle, RtcScope } from '../../../src/index.js';

/** What one cell works with. */
export interface Bench {
  /** The handle under test lives in here. */
  readonly scope: RtcScope;
  /** Its peers live in here: a root scope of their own. */
  readonly peers: RtcScope;
  /** Given to the handle when it is made. */
  readonly signal: AbortSignal;
  /** The handle's own callback ends it, at the moment that makes up the state. */
  readonly byCallback: boolean;
  /** Runs when the cell is over. */
  readonly later: (undo: () => unknown) => void;
}

export interface Reached {
  /** Undefined when the state is that it could not be made. */
  readonly handle: AnyHandle | undefined;
  /** Its owner, where that is a handle; otherwise a scope owns it. */
  readonly owner?: AnyHandle;
}

export type Reach = (bench: Bench) => Promise<Reached>;

/** Resolves at an event of `emitter`. */
export function seen(
  emitter: AnyHandle,
  event: string,
  accept: (value: unknown) => boolean = () => true,
): Promise<unknown> {
  return new Promise((resolve) => {
    emitter.on(event, (value: unknown) => {
      if (accept(value)) resolve(value);
    });
  });
}

/** The moment at which the state is reached: where the cell asks for it, `handle` is closed from within. */
export function moment(
  bench: Bench,
  handle: AnyHandle,
  event: string,
  accept: (value: unknown) => boolean = () => true,
  emitter: AnyHandle = handle,
): Promise<unknown> {
  return seen(emitter, event, (value) => {
    if (!accept(value)) return false;
    if (bench.byCallback) void handle.close();
    return true;
  });
}

/** A TCP server that takes connections and says nothing. */
export async function muteServer(bench: Bench): Promise<{ port: number; connected: Promise<Socket> }> {
  const server = createServer();
  const connected = new Promise<Socket>((resolve) => {
    server.on('connection', (socket) => {
      bench.later(() => socket.destroy());
      socket.on('error', () => {});
      resolve(socket);
    });
  });
  bench.later(() => server.close());
  return { port: await listening(server), connected };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}
