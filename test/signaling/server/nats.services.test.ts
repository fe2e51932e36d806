import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataChannel, RtcRuntime, webSocketSignaling } from 'scoped-rtc';
import {
  natsBroker,
  type SignalingServer,
  startSignalingServer,
} from '../../../src/signaling/server/index.js';
import { nextEvent, until } from '../../support/event.js';
import { Service } from '../../support/service.js';
import { service } from '../../support/services.js';
import { expectConversation } from '../conversation.js';
import { Client } from './client.js';

describe.skipIf(!service('nats-server'))('servers that are joined through NATS', () => {
  const things: (() => unknown)[] = [];
  let servers: [SignalingServer, SignalingServer];
  let address = '';

  beforeAll(async () => {
    const nats = await Service.start('nats-server', (port) => ['-a', '127.0.0.1', '-p', `${port}`]);
    things.push(() => nats.kill());
    address = `127.0.0.1:${nats.port}`;
    const start = async () => {
      const connection: NatsConnection = await connect({ servers: address });
      things.push(() => connection.close());
      const server = await startSignalingServer({
        ...{ port: 0, host: '127.0.0.1', idleTimeout: 1000 },
        broker: natsBroker(connection, 'test'),
      });
      things.push(() => server.stop({ timeout: 100 }));
      return server;
    };
    servers = [await start(), await start()];
  });

  afterAll(async () => {
    for (const end of things.reverse()) await end();
  });

  it('two peers at different servers connect', async () => {
    await using rtc = RtcRuntime.acquire('nats');
    const [alice, bob] = servers.map((server, index) => {
      const peer = index === 0 ? 'alice' : 'bob';
      const signaling = webSocketSignaling(() => rtc.createWebSocket(`ws://127.0.0.1:${server.port}/`), {
        ...{ room: 'a room: with * and > in it', peer },
      });
      return { signaling, connection: rtc.createPeerConnection(peer, { bindAddress: '127.0.0.1' }) };
    }) as [Pair, Pair];
    const near = alice.connection.createDataChannel('chat');
    const far = nextEvent<[DataChannel]>(bob.connection, 'dataChannel');
    await Promise.all([alice, bob].map(({ connection, signaling }) => connection.negotiate(signaling)));
    await expectConversation(near, (await far)[0]);
  });

  it('report peers that come and go at the other, and keep the newer of two by one name', async () => {
    const [here, there] = servers;
    using alice = await Client.join(here.port, 'b', 'alice');
    using bob = await Client.join(there.port, 'b', 'bob');
    const reported = (present: boolean) =>
      alice.reported.filter((message) => message.present === present).length;
    await until(() => reported(true) === 1, 'bob coming');
    await until(
      () => bob.reported.some(({ peer, joined }) => peer === 'alice' || joined),
      'alice being there',
    );
    bob.say({ to: 'alice', data: 'across' });
    await until(() => alice.received.length > 0, 'the message');
    using young = await Client.join(here.port, 'b', 'bob');
    expect(await bob.end()).toMatchObject({ code: 4003 });
    alice.say({ to: 'bob', data: 'which?' });
    await until(() => young.received.length > 0, 'the message');
    using carol = await Client.join(there.port, 'b', 'carol');
    await until(() => alice.reported.some(({ peer }) => peer === 'carol'), 'carol coming');
    carol.socket.close();
    await until(
      () => alice.reported.some(({ peer, present }) => peer === 'carol' && !present),
      'carol going',
    );
  });

  it('forget the peers of a server that ended without a word', async () => {
    const [here] = servers;
    using alice = await Client.join(here.port, 'c', 'alice');
    const lost = await connect({ servers: address });
    const subject = `test.${Buffer.from('c').toString('base64url')}`;
    lost.publish(subject, JSON.stringify({ i: 'another', peers: ['ghost'] }));
    lost.publish(subject, 'garbage');
    await until(
      () => alice.reported.some(({ peer, present }) => peer === 'ghost' && present === true),
      'the ghost',
    );
    await until(
      () => alice.reported.some(({ peer, present }) => peer === 'ghost' && present === false),
      'its end',
    );
    await lost.close();
  });
});

interface Pair {
  readonly signaling: ReturnType<typeof webSocketSignaling>;
  readonly connection: ReturnType<ReturnType<typeof RtcRuntime.acquire>['createPeerConnection']>;
}
