import { systemClock } from '../../time/clock.js';
import { bounded } from '../../time/wait.js';
import type { SignalingBroker } from './broker.js';
import { natsBroker } from './nats-broker.js';
import { redisBroker } from './redis-broker.js';

/** A broker over a connection of the program's own. */
export interface ConnectedBroker {
  readonly broker: SignalingBroker;
  /** At once, also while the broker is away. */
  close(): void;
}

/** Rejects when NATS cannot be reached. */
export async function connectNats(servers: string[]): Promise<ConnectedBroker> {
  const { connect } = await import('@nats-io/transport-node').catch((cause: unknown) => {
    throw new Error('--nats needs the package @nats-io/transport-node: npm install @nats-io/transport-node', {
      cause,
    });
  });
  const connection = await connect({ servers, maxReconnectAttempts: -1 }).catch((cause: unknown) => {
    throw new Error(`NATS cannot be reached: ${textOf(cause)}`, { cause });
  });
  return { broker: natsBroker(connection), close: () => void connection.close().catch(() => {}) };
}

/** Rejects when Redis cannot be reached: its client would go on trying, and nobody would know. */
export async function connectRedis(url: string): Promise<ConnectedBroker> {
  const { createClient } = await import('redis').catch((cause: unknown) => {
    throw new Error('--redis needs the package redis: npm install redis', { cause });
  });
  const clients = { publisher: createClient({ url }), subscriber: createClient({ url }) };
  const broker = redisBroker(clients);
  const both = [clients.publisher, clients.subscriber];
  const close = () => both.forEach((client) => client.isOpen && client.destroy());
  const failed = new Promise<never>((_, reject) => both.forEach((client) => client.once('error', reject)));
  failed.catch(() => {}); // an error that comes later: the client connects again
  const connected = Promise.all(both.map((client) => client.connect()));
  try {
    const first = Promise.race([connected, failed]);
    await bounded(first, { timeout: CONNECT_MS }, systemClock, '--redis', 'connecting to Redis');
  } catch (cause) {
    connected.catch(() => {});
    close();
    throw new Error(`Redis cannot be reached: ${textOf(cause)}`, { cause });
  }
  return { broker, close };
}

/** An `AggregateError` of Node.js, for a host with several addresses, has a code and no message. */
function textOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}

/** Milliseconds; the client gives up one attempt after 5000. */
const CONNECT_MS = 10_000;
