import { connect } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { RtcRuntime, webSocketSignaling } from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import {
  natsBroker,
  redisBroker,
  type SignalingBroker,
  startSignalingServer,
} from '../../../src/signaling/server/index.js';
import { until } from '../../support/event.js';
import { Client } from './client.js';
import { Service } from '../../support/service.js';
import { type ServiceName, service } from '../../support/services.js';
import { talkThrough } from './talk.js';

const MESSAGES = 10_000;
const RESTARTS = 20;
const SOON = { first: 20, longest: 200 };
const QUICK = { messagesPerSecond: 1_000_000, burst: 1_000_000 };

interface Connected {
  readonly broker: SignalingBroker;
  close(): unknown;
}

const REDIS = (port: number) => ['--port', `${port}`, '--bind', '127.0.0.1', '--save', ''];

const BROKERS: Record<
  string,
  [ServiceName, (port: number) => string[], (port: number) => Promise<Connected>]
> = {
  NATS: [
    'nats-server',
    (port) => ['-a', '127.0.0.1', '-p', `${port}`],
    async (port) => {
      const connection = await connect({
        ...{ servers: `127.0.0.1:${port}`, maxReconnectAttempts: -1 },
        reconnectTimeWait: 20,
      });
      return { broker: natsBroker(connection), close: () => connection.close() };
    },
  ],
  'Redis, by redis': [
    'redis-server',
    REDIS,
    async (port) => {
      const socket = { host: '127.0.0.1', port, reconnectStrategy: 20 } as const;
      const [publisher, subscriber] = [createClient({ socket }), createClient({ socket })];
      const broker = redisBroker({ publisher, subscriber });
      await Promise.all([publisher.connect(), subscriber.connect()]);
      return { broker, close: () => [publisher, subscriber].map((client) => client.destroy()) };
    },
  ],
  'Redis, by ioredis': [
    'redis-server',
    REDIS,
    async (port) => {
      const options = { host: '127.0.0.1', port, retryStrategy: () => 20 };
      const [publisher, subscriber] = [new Redis(options), new Redis(options)];
      const broker = redisBroker({ publisher, subscriber });
      await Promise.all([publisher.ping(), subscriber.ping()]);
      return { broker, close: () => [publisher, subscriber].map((client) => client.disconnect()) };
    },
  ],
};

describe.each(Object.entries(BROKERS))('%s', (_, [program, args, connected]) => {
  const isThere = service(program) !== undefined;

  it.skipIf(!isThere)(
    `${MESSAGES} messages through ${RESTARTS} kills arrive exactly once and in order, both ways`,
    async () => {
      await using service = await Service.start(program, args);
      const brokers = [await connected(service.port), await connected(service.port)] as const;
      const [here, there] = await Promise.all(
        brokers.map(({ broker }) =>
          startSignalingServer({ port: 0, host: '127.0.0.1', limits: QUICK, broker }),
        ),
      );
      if (!here || !there) throw new Error('two servers');
      for (const server of [here, there]) server.on('error', () => {});
      await using rtc = RtcRuntime.acquire('brokers');
      const join = (port: number, peer: string, to: string) =>
        webSocketSignaling(() => rtc.createWebSocket(`ws://127.0.0.1:${port}/`), {
          ...{ room: 'room', peer, to, reconnect: SOON, retransmit: SOON },
        });
      await using alice = join(here.port, 'alice', 'bob');
      await using bob = join(there.port, 'bob', 'alice');
      const arrived = await talkThrough([alice.channel, bob.channel], MESSAGES, RESTARTS, async () => {
        await service.kill();
        await service.start();
      });
      const expected = Array.from({ length: MESSAGES / 2 }, (_, n) => n);
      expect(arrived).toEqual([expected, expected]);
      for (const server of [here, there]) await server.stop({ timeout: 1000 });
      for (const broker of brokers) await broker.close();
    },
    110_000,
  );

  it.skipIf(!isThere)(
    'away for a while: members stay, joins are asked to come back, then all is well',
    async () => {
      await using service = await Service.start(program, args);
      const { broker, close } = await connected(service.port);
      const server = await startSignalingServer({ port: 0, host: '127.0.0.1', broker, idleTimeout: 1000 });
      const problems: unknown[] = [];
      server.on('error', (error) => problems.push(error));
      using alice = await Client.join(server.port, 'room', 'alice');
      await service.kill();
      using bob = await Client.join(server.port, 'room', 'bob'); // a room that is there needs no broker
      bob.say({ to: 'alice', data: 'here' });
      await until(() => alice.received.length === 1, 'the message');
      using carol = new Client(server.port);
      await carol.ask({ join: { room: 'new room', peer: 'carol' } });
      expect(await carol.end()).toMatchObject({ code: 4012 });
      await service.start();
      let back: Client | undefined;
      for (let attempt = 0; attempt < 10 && !back; attempt++) {
        const again = new Client(server.port);
        await again.ask({ join: { room: 'new room', peer: 'carol' } });
        await until(
          () => again.closed !== undefined || again.reported.some(({ joined }) => joined),
          'an answer',
        );
        if (!again.closed) back = again;
      }
      expect(back?.closed).toBeUndefined();
      expect([alice.closed, bob.closed]).toEqual([undefined, undefined]);
      expect(problems.length).toBeGreaterThan(0);
      back?.[Symbol.dispose]();
      await server.stop({ timeout: 1000 });
      await close();
    },
  );
});
