#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { SignalingBroker } from './broker.js';
import { natsBroker } from './nats-broker.js';
import { redisBroker } from './redis-broker.js';
import { type SignalingLimits, type SignalingServerOptions } from './server-options.js';
import { startSignalingServer } from './signaling-server.js';

const USAGE = `scoped-rtc-signaling: a signaling server

  --port <number>            default 8443; 0 takes a free one
  --host <address>           default: all
  --cert <file> --key <file> PEM; without them it speaks ws: in the clear
  --origin <origin>          web pages that may connect; may be repeated; default: all
  --token-file <file>        what peers must show to join; or the variable SIGNALING_TOKEN
  --nats <url>               joins the servers that use the same NATS; may be repeated
  --redis <url>              joins the servers that use the same Redis
  --serve-client             serves the browser's module at /scoped-rtc.js
  --idle-timeout <ms>        default 30000
  --message-size <bytes>     default 65536
  --messages-per-second <n>  default 100
  --burst <n>                default 256
  --peers-per-room <n>       default 16
  --rooms <n>                default 1000
  --connections <n>          default 4000
`;

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    help: { type: 'boolean', short: 'h' },
    ...{ port: text, host: text, cert: text, key: text, 'token-file': text, 'idle-timeout': text },
    ...{ 'message-size': text, 'messages-per-second': text, burst: text, 'peers-per-room': text },
    ...{ rooms: text, connections: text, redis: text },
    'serve-client': { type: 'boolean' },
    origin: { type: 'string', multiple: true },
    nats: { type: 'string', multiple: true },
  },
});

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (values.nats && values.redis) throw new Error('--nats and --redis exclude each other');
  const broker = values.nats
    ? await connectNats(values.nats)
    : values.redis && (await connectRedis(values.redis));
  const token = values['token-file']
    ? (await readFile(values['token-file'], 'utf8')).trim()
    : process.env.SIGNALING_TOKEN;
  const server = await startSignalingServer(
    given({
      port: number(values.port),
      host: values.host,
      certificate: values.cert && (await readFile(values.cert, 'utf8')),
      key: values.key && (await readFile(values.key, 'utf8')),
      origins: values.origin,
      token,
      idleTimeout: number(values['idle-timeout']),
      limits: given<SignalingLimits>({
        messageSize: number(values['message-size']),
        messagesPerSecond: number(values['messages-per-second']),
        burst: number(values.burst),
        peersPerRoom: number(values['peers-per-room']),
        rooms: number(values.rooms),
        connections: number(values.connections),
      }),
      broker: broker ? broker.broker : undefined,
      serveClient: values['serve-client'],
    }),
  );
  console.log(`listening on ${values.cert ? 'wss' : 'ws'}://${values.host ?? 'localhost'}:${server.port}`);
  const stop = async (signal: string) => {
    console.log(`${signal}: notifying ${server.connections} peers`);
    await server.stop();
    if (broker) broker.close();
    console.log('stopped');
  };
  // Once: the second one ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop(signal));
}

/** The options that were given; for the others the server has defaults. */
function given<T extends object = SignalingServerOptions>(options: {
  [K in keyof T]?: T[K] | undefined | '';
}): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<T>;
}

const number = (value: string | undefined) => (value === undefined ? undefined : Number(value));

interface ConnectedBroker {
  readonly broker: SignalingBroker;
  /** At once, also while the broker is away. */
  close(): void;
}

async function connectNats(servers: string[]): Promise<ConnectedBroker> {
  const { connect } = await import('@nats-io/transport-node').catch((cause: unknown) => {
    throw new Error('--nats needs the package @nats-io/transport-node: npm install @nats-io/transport-node', {
      cause,
    });
  });
  const connection = await connect({ servers, maxReconnectAttempts: -1 });
  return { broker: natsBroker(connection), close: () => void connection.close().catch(() => {}) };
}

async function connectRedis(url: string): Promise<ConnectedBroker> {
  const { createClient } = await import('redis').catch((cause: unknown) => {
    throw new Error('--redis needs the package redis: npm install redis', { cause });
  });
  const clients = { publisher: createClient({ url }), subscriber: createClient({ url }) };
  const broker = redisBroker(clients);
  const both = [clients.publisher, clients.subscriber];
  await Promise.all(both.map((client) => client.connect()));
  return { broker, close: () => both.forEach((client) => client.destroy()) };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
