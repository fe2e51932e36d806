import { type DataChannel, type PeerConnection, RtcRuntime } from 'scoped-rtc';
import type { Certificate } from '../../support/certificate.js';
import { Ipc } from '../ipc.js';
import { burst, busy, note, numbered, type Seen } from '../numbered.js';

/** The peer of another process: does what it is asked over IPC, and ends when the IPC does. */
const scope = RtcRuntime.acquire('peer');
const connections = new Map<string, Connection>();

interface Connection {
  readonly pc: PeerConnection;
  readonly seen: Map<string, Seen>;
  readonly closed: Promise<unknown>[];
  readonly channels: Map<string, DataChannel>;
}

interface Burst {
  readonly id: string;
  readonly count: number;
  readonly size: number;
  readonly close?: 'channel' | 'connection';
}

const commands = {
  /** Connects; what comes is counted, with the event loop blocked for `block` ms at every `every`th message. */
  connect({ id, block, every = 500 }: { id: string; block?: number; every?: number }) {
    const pc = scope.createPeerConnection(id, { bindAddress: '127.0.0.1' });
    const connection: Connection = { pc, seen: new Map(), closed: [], channels: new Map() };
    connections.set(id, connection);
    pc.on('dataChannel', (channel) => {
      const seen: Seen = { count: 0 };
      connection.seen.set(channel.label, seen);
      connection.channels.set(channel.label, channel);
      connection.closed.push(channel.closed());
      channel.on('message', (message) => {
        note(seen, message);
        if (block !== undefined && seen.count % every === 1) busy(block);
      });
    });
    void pc.negotiate(ipc.signaling(id));
  },

  /** Waits until the first channel is there. */
  async taken({ id }: { id: string }) {
    const { pc, channels } = entry(id);
    if (channels.size === 0) await new Promise((resolve) => pc.once('dataChannel', resolve));
  },

  /** Waits until all channels have closed; what came on each, by its label. */
  async seen({ id }: { id: string }) {
    const { seen, closed } = entry(id);
    await Promise.all(closed);
    return Object.fromEntries(seen);
  },

  /** Sends a burst on the channel `burst` of ours, and closes in the same turn. */
  async burst({ id, count, size, close }: Burst) {
    const { pc } = entry(id);
    const channel = await pc.createDataChannel('burst').opened();
    await new Promise((resolve) => channel.once('message', resolve)); // the other side is about to be blocked
    burst(channel, count, size);
    if (close !== undefined) await (close === 'channel' ? channel : pc).close();
    return (await channel.closed()).undelivered;
  },

  /** A server that sends a burst to whoever says something, and closes in the same turn; its port. */
  serve({ count, size, certificate, key }: { count: number; size: number } & Partial<Certificate>) {
    const server = scope.createWebSocketServer({
      port: 0,
      bindAddress: '127.0.0.1',
      ...(certificate !== undefined && key !== undefined
        ? { enableTls: true, certificatePemFile: certificate, keyPemFile: key }
        : {}),
    });
    server.on('connection', (socket) =>
      socket.on('message', () => {
        for (let n = 0; n < count; n++) void socket.send(numbered(n, size));
        void socket.close();
      }),
    );
    return server.port;
  },
};

function entry(id: string): Connection {
  const found = connections.get(id);
  if (!found) throw new Error(`no connection ${id}`);
  return found;
}

const parent = {
  send: (message: object) => process.send?.(message, undefined, undefined, () => {}),
  on: (event: 'message', listener: (message: never) => void) => process.on(event, listener as () => void),
};
const ipc = new Ipc(parent, (command, args) => commands[command as keyof typeof commands](args as never));
process.once('disconnect', () => void scope.disposeAsync());
