import { ManualClock } from 'scoped-rtc/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  natsBroker,
  redisBroker,
  type SignalingBroker,
  type SignalingServer,
  type SignalingServerOptions,
  startSignalingServer,
} from '../../../src/signaling/server/index.js';
import { until } from '../../support/event.js';
import { Client } from './client.js';

type Trouble = 'throws' | 'rejects' | 'hangs';

const TROUBLES: readonly Trouble[] = ['throws', 'rejects', 'hangs'];

function fails(trouble: Trouble | undefined): Promise<unknown> | undefined {
  if (trouble === 'throws') throw new Error('the broker throws');
  if (trouble === 'rejects') return Promise.reject(new Error('the broker rejects'));
  return trouble === 'hangs' ? new Promise(() => {}) : undefined;
}

/** A broker within the process, for as many servers as use it, and with the faults that the test asks for. */
class TroubledBroker implements SignalingBroker {
  readonly trouble: { publish?: Trouble; subscribe?: Trouble; dispose?: Trouble } = {};
  readonly #subscribers = new Map<string, Set<(text: string) => void>>();
  copies = 1;

  get subscriptions(): number {
    return [...this.#subscribers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  publish(room: string, text: string): void | Promise<unknown> {
    const failed = fails(this.trouble.publish);
    if (failed) return failed;
    for (let copy = 0; copy < this.copies; copy++) this.deliver(room, text);
  }

  deliver(room: string, text: unknown): void {
    for (const onMessage of this.#subscribers.get(room) ?? []) onMessage(text as string);
  }

  async subscribe(room: string, onMessage: (text: string) => void): Promise<Disposable> {
    await fails(this.trouble.subscribe);
    const listeners = this.#subscribers.get(room) ?? new Set();
    this.#subscribers.set(room, listeners.add(onMessage));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(onMessage);
        return fails(this.trouble.dispose) as unknown as undefined;
      },
    };
  }
}

const servers: SignalingServer[] = [];
const problems: unknown[] = [];
const uncaught: unknown[] = [];
const note = (error: unknown) => void uncaught.push(error);
process.on('unhandledRejection', note).on('uncaughtException', note);

async function start(broker: SignalingBroker, options: SignalingServerOptions = {}) {
  const server = await startSignalingServer({ port: 0, host: '127.0.0.1', broker, ...options });
  server.on('error', (error) => problems.push(error));
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop({ timeout: 200 });
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(uncaught.splice(0)).toEqual([]);
  problems.length = 0;
});

/** Two that are in the room talk to each other. */
async function expectTalk(a: Client, b: Client, nameOfB: string): Promise<void> {
  const before = b.received.length;
  a.say({ to: nameOfB, data: 'still there?' });
  await until(() => b.received.length > before, 'the message');
}

describe.each(TROUBLES)('a broker that %s', (trouble) => {
  it('in publish() leaves everybody in the room, and whoever comes gets in', async () => {
    const broker = new TroubledBroker();
    const server = await start(broker);
    using alice = await Client.join(server.port, 'room', 'alice');
    broker.trouble.publish = trouble;
    using bob = await Client.join(server.port, 'room', 'bob');
    for (const to of ['bob', 'nobody']) alice.say({ to, data: 1 });
    await until(() => bob.received.length === 1, 'the message');
    bob.socket.close();
    await until(
      () => alice.reported.some(({ peer, present }) => peer === 'bob' && present === false),
      'bob left',
    );
    if (trouble !== 'hangs') expect(problems).toHaveLength(1); // once, until it works again
    using carol = await Client.join(server.port, 'other room', 'carol');
    alice.socket.close();
    carol.socket.close();
    await until(() => server.rooms.size === 0, 'the rooms are gone');
  });

  it('in subscribe() sends those away who would open a room, to come back; then the room heals', async () => {
    const clock = new ManualClock();
    const broker = new TroubledBroker();
    const server = await start(broker, { clock, limits: { rooms: 2 } });
    using alice = await Client.join(server.port, 'room', 'alice');
    broker.trouble.subscribe = trouble;
    using bob = await Client.join(server.port, 'room', 'bob');
    for (let attempt = 0; attempt < 3; attempt++) {
      using carol = new Client(server.port);
      await carol.ask({ join: { room: 'new room', peer: 'carol' } });
      if (trouble === 'hangs') {
        await until(() => server.rooms.size === 2, 'the room');
        await clock.advance(5000);
      }
      expect(await carol.end()).toMatchObject({ code: 4012 });
      expect(server.rooms.size).toBe(1);
    }
    expect(problems).toHaveLength(1); // once, though what is published meanwhile is taken
    delete broker.trouble.subscribe;
    using carol = await Client.join(server.port, 'new room', 'carol');
    await expectTalk(alice, bob, 'bob');
    expect(carol.closed).toBeUndefined();
    expect(broker.subscriptions).toBe(2);
  });

  it('at the end of a subscription harms nobody', async () => {
    const broker = new TroubledBroker();
    broker.trouble.dispose = trouble;
    const server = await start(broker);
    for (const peer of ['alice', 'bob']) {
      const client = await Client.join(server.port, 'room', peer);
      client.socket.close();
      await until(() => server.rooms.size === 0, 'the room is gone');
    }
    expect(broker.subscriptions).toBe(0);
  });
});

it('a subscription that comes after it was given up is ended', async () => {
  const clock = new ManualClock();
  let arrive = () => {};
  let ended = 0;
  const late = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const broker: SignalingBroker = {
    publish: () => {},
    subscribe: async () => {
      await late;
      return { [Symbol.dispose]: () => void ended++ };
    },
  };
  const server = await start(broker, { clock });
  using alice = new Client(server.port);
  await alice.ask({ join: { room: 'room', peer: 'alice' } });
  await until(() => server.rooms.size === 1, 'the room');
  await clock.advance(5000);
  expect(await alice.end()).toMatchObject({ code: 4012 });
  arrive();
  await until(() => ended === 1, 'the end of the subscription');
});

it('a broker that delivers everything twice: each message once, and nobody is sent away', async () => {
  const broker = new TroubledBroker();
  broker.copies = 2;
  const [here, there] = [await start(broker), await start(broker)];
  using alice = await Client.join(here.port, 'room', 'alice');
  using bob = await Client.join(there.port, 'room', 'bob');
  await expectTalk(alice, bob, 'bob');
  await expectTalk(bob, alice, 'alice');
  expect([alice.received.length, bob.received.length]).toEqual([1, 1]);
  expect(alice.reported.filter(({ present }) => present === true)).toHaveLength(1);
  // From one server to the other and back: an old word of the first move must not end the second.
  using again = await Client.join(here.port, 'room', 'bob');
  expect(await bob.end()).toMatchObject({ code: 4003 });
  await expectTalk(alice, again, 'bob');
  expect(again.closed).toBeUndefined();
});

it('a room that is opened again is announced to the other servers', async () => {
  const broker = new TroubledBroker();
  const [here, there] = [await start(broker), await start(broker)];
  using alice = await Client.join(here.port, 'room', 'alice');
  for (let round = 0; round < 3; round++) {
    using bob = await Client.join(there.port, 'room', 'bob');
    await expectTalk(bob, alice, 'alice');
    bob.socket.close();
    await until(() => there.rooms.size === 0, 'the room is closed there');
  }
  expect(alice.reported.filter(({ present }) => present === true)).toHaveLength(3);
});

it('a broker that delivers garbage harms nobody', async () => {
  const broker = new TroubledBroker();
  const server = await start(broker);
  using alice = await Client.join(server.port, 'room', 'alice');
  using bob = await Client.join(server.port, 'room', 'bob');
  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  const garbage: unknown[] = [
    ...['', 'null', '[]', '{"i":"x"}', '{"i":"x","n":"y","peers":[1,null,{}]}', deep, undefined, 5, {}],
    `{"i":"x","to":"alice","text":5,"remove":7,"peers":"none"}`,
    `{"i":"x","n":1e308,"peers":["__proto__","constructor"],"members":[null,${deep}]}`,
    `{"__proto__":{"i":"x","peers":["ghost"]}}`,
    JSON.stringify({ i: 'x', n: 2, peers: ['ghost'], members: 7, left: 'x', joined: '', ask: true }),
  ];
  for (const text of garbage) broker.deliver('room', text);
  await expectTalk(alice, bob, 'bob');
});

/** Joins as a client of version 2 does, with that id. */
async function joinAs(server: SignalingServer, peer: string, id: string): Promise<Client> {
  const client = new Client(server.port);
  await client.ask({ join: { v: 2, room: 'room', peer, id } });
  await until(() => client.reported.some((message) => 'joined' in message), `${peer} joining`);
  return client;
}

/** Keeps what is published until the test lets it arrive. */
class SlowBroker extends TroubledBroker {
  readonly #waiting: (() => void)[] = [];

  override publish(room: string, text: string): void {
    this.#waiting.push(() => this.deliver(room, text));
  }

  /** Delivers everything, also what is published meanwhile. */
  arrive(): void {
    for (let deliver = this.#waiting.shift(); deliver; deliver = this.#waiting.shift()) deliver();
  }
}

describe('two that join by one name at two servers before these have heard of each other', () => {
  const twoServers = async () => {
    const broker = new SlowBroker();
    return { broker, servers: [await start(broker), await start(broker)] as const };
  };

  it('one of them stays, and the other is sent away', async () => {
    const { broker, servers } = await twoServers();
    using here = await joinAs(servers[0], 'alice', 'one');
    using there = await joinAs(servers[1], 'alice', 'two');
    broker.arrive();
    await until(() => here.closed !== undefined || there.closed !== undefined, 'the end of one');
    const [stays, goes] = here.closed ? [there, here] : [here, there];
    expect(goes.closed).toMatchObject({ code: 4003 });
    using bob = await joinAs(servers[0], 'bob', 'three');
    broker.arrive();
    bob.say({ to: 'alice', data: 'who?' });
    await until(() => servers[0].members('room').length === 2, 'both');
    await until(() => {
      broker.arrive();
      return stays.received.length > 0;
    }, 'the message');
    expect(stays.closed).toBeUndefined();
    for (const server of servers) expect(server.members('room')).toHaveLength(2);
  });

  it('a client that has moved to the other server is not ended by its former connection', async () => {
    const { broker, servers } = await twoServers();
    using former = await joinAs(servers[0], 'alice', 'one');
    using current = await joinAs(servers[1], 'alice', 'one');
    broker.arrive();
    await until(() => former.closed !== undefined || current.closed !== undefined, 'the end of one');
    for (const { closed } of [former, current]) expect(closed?.code ?? 4012).toBe(4012); // the code to come back
    using again = await joinAs(servers[0], 'alice', 'one');
    broker.arrive();
    await until(() => former.closed !== undefined && current.closed !== undefined, 'the end of both');
    expect(again.closed).toBeUndefined();
  });
});

it('a member that was replaced while the broker was away is reported when it is back', async () => {
  const clock = new ManualClock();
  const broker = new TroubledBroker();
  const [here, there] = [await start(broker, { clock }), await start(broker, { clock })];
  using bob = await joinAs(here, 'bob', 'bob');
  using first = await joinAs(there, 'alice', 'one');
  await until(() => here.members('room').length === 2, 'the first');
  broker.trouble.publish = 'rejects';
  using _second = await joinAs(there, 'alice', 'two');
  await first.end();
  delete broker.trouble.publish;
  await clock.advance(30_000 / 4); // the servers say who is there
  await until(() => bob.reported.some(({ peer, id }) => peer === 'alice' && id === 'two'), 'the second');
  expect(here.members('room')).toContainEqual({ room: 'room', peer: 'alice', id: 'two' });
});

it('a broker that never answered many messages is used again when it answers', async () => {
  const clock = new ManualClock();
  const broker = new TroubledBroker();
  const limits = { messagesPerSecond: 5000, burst: 5000 };
  const [here, there] = [await start(broker, { clock, limits }), await start(broker, { clock })];
  using alice = await Client.join(here.port, 'room', 'alice');
  using bob = await Client.join(there.port, 'room', 'bob');
  broker.trouble.publish = 'hangs';
  for (let n = 0; n < 1100; n++) alice.say({ to: 'bob', data: n });
  await until(() => problems.length > 0, 'the end of patience');
  delete broker.trouble.publish;
  clock.advance(5000);
  await expectTalk(alice, bob, 'bob');
});

it('a room that cannot be subscribed to leaves nothing in the client of NATS', async () => {
  let subscriptions = 0;
  const broker = natsBroker({
    publish: () => {},
    subscribe: () => {
      subscriptions++;
      return { unsubscribe: () => void subscriptions-- };
    },
    flush: () => Promise.reject(new Error('disconnected')),
  });
  await expect(broker.subscribe('room', () => {})).rejects.toThrow('disconnected');
  expect(subscriptions).toBe(0);
});

it('a room that cannot be subscribed to leaves nothing in the client of Redis', async () => {
  const subscribed: string[] = [];
  const client = () => ({
    isReady: true,
    publish: async () => {},
    subscribe: async (channel: string) => {
      subscribed.push(channel);
      throw new Error('disconnected');
    },
    unsubscribe: async (channel: string) => void subscribed.splice(subscribed.indexOf(channel), 1),
    on: () => {},
  });
  const broker = redisBroker({ publisher: client(), subscriber: client() });
  await expect(broker.subscribe('room', () => {})).rejects.toThrow('disconnected');
  expect(subscribed).toEqual([]);
});

it('the prefix of redisBroker has no colon, which stands between it and the room', () => {
  const client = () => ({
    isReady: true,
    publish: async () => {},
    subscribe: async () => {},
    unsubscribe: async () => {},
    on: () => {},
  });
  const clients = { publisher: client(), subscriber: client() };
  expect(() => redisBroker(clients, 'app:test')).toThrow('prefix must not have a colon');
  redisBroker(clients, 'app-test');
});
