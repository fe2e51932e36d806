import { connect } from 'node:net';
import type { WebSocket, WebSocketServer } from '../../../src/index.js';
import { freePort } from '../../support/free-port.js';
import { type Bench, moment, muteServer, type Reach, seen } from './bench.js';
import type { State } from './cells.js';

const BOUND = { timeout: 10_000 };
const LOCAL = { port: 0, bindAddress: '127.0.0.1' };

/** The server, the client under test and, once it is there, the server's socket for it. */
function client(bench: Bench) {
  const server = bench.peers.createWebSocketServer(LOCAL);
  const accepted = seen(server, 'connection') as Promise<WebSocket>;
  const handle = bench.scope.createWebSocket(`ws://127.0.0.1:${server.port}/`, { signal: bench.signal });
  return { handle, accepted };
}

const notHere: Reach = () => Promise.reject(new Error('left out of the matrix'));

export const socketStates: Record<State, Reach> = {
  new: async (bench) => ({ handle: client(bench).handle }),
  gathering: notHere,
  connecting: async (bench) => {
    const { port, connected } = await muteServer(bench);
    const handle = bench.scope.createWebSocket(`ws://127.0.0.1:${port}/`, { signal: bench.signal });
    await connected;
    return { handle };
  },
  open: async (bench) => {
    const { handle } = client(bench);
    await moment(bench, handle, 'open');
    return { handle };
  },
  'being closed by its peer': async (bench) => {
    const { handle, accepted } = client(bench);
    const reached = moment(bench, handle, 'message');
    const socket = await accepted;
    await socket.send('last words');
    void socket.close();
    await reached;
    return { handle };
  },
  'closed by its peer': async (bench) => {
    const { handle, accepted } = client(bench);
    await handle.opened(BOUND);
    const reached = moment(bench, handle, 'close');
    await (await accepted).close();
    await reached;
    return { handle };
  },
  failed: async (bench) => {
    const port = await freePort();
    const handle = bench.scope.createWebSocket(`ws://127.0.0.1:${port}/`, { signal: bench.signal });
    await moment(bench, handle, 'error');
    return { handle };
  },
};

function listen(bench: Bench): WebSocketServer {
  return bench.scope.createWebSocketServer({ ...LOCAL, signal: bench.signal });
}

const dial = (bench: Bench, server: WebSocketServer) =>
  bench.peers.createWebSocket(`ws://127.0.0.1:${server.port}/`);

export const serverStates: Record<State, Reach> = {
  new: async (bench) => ({ handle: listen(bench) }),
  gathering: notHere,
  connecting: async (bench) => {
    const handle = listen(bench);
    // A client that never says anything: its handshake does not begin.
    const socket = connect(handle.port, '127.0.0.1');
    bench.later(() => socket.destroy());
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('connect', resolve));
    return { handle };
  },
  open: async (bench) => {
    const handle = listen(bench);
    const reached = moment(bench, handle, 'connection');
    dial(bench, handle);
    await reached;
    return { handle };
  },
  'being closed by its peer': async (bench) => {
    const handle = listen(bench);
    const arriving = seen(handle, 'connection') as Promise<WebSocket>;
    const dialling = dial(bench, handle);
    const accepted = await arriving;
    const reached = moment(bench, handle, 'message', undefined, accepted);
    await dialling.send('last words');
    void dialling.close();
    await reached;
    return { handle };
  },
  'closed by its peer': async (bench) => {
    const handle = listen(bench);
    const arriving = seen(handle, 'connection') as Promise<WebSocket>;
    const dialling = dial(bench, handle);
    const accepted = await arriving;
    const reached = moment(bench, handle, 'close', undefined, accepted);
    await dialling.opened(BOUND);
    await dialling.close();
    await reached;
    return { handle };
  },
  failed: async (bench) => {
    const { port } = await muteServer(bench);
    try {
      bench.scope.createWebSocketServer({ port, bindAddress: '127.0.0.1', signal: bench.signal });
    } catch (error) {
      if ((error as { code?: string }).code === 'RTC_NATIVE') return { handle: undefined };
      throw error;
    }
    throw new Error('a server was made on a port that is taken');
  },
};
