import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { it, onTestFinished } from 'vitest';
import { TurnForwarder } from '../../src/resources/connection/servers/relay-only.js';
import { until } from '../support/event.js';
import { STUN, writeStunRequest } from '../../src/resources/connection/servers/stun-message.js';

it('packets that are cut off, of a hostile TURN server, are passed on and do no harm; a ClientHello is repeated', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  const client = createSocket('udp4').bind(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(client, 'listening')]);
  const forwarder = await TurnForwarder.open('127.0.0.1', server.address().port, '127.0.0.1', undefined);
  onTestFinished(() => {
    forwarder.close();
    server.close();
    client.close();
  });
  client.send(writeStunRequest(STUN.allocateRequest).packet, forwarder.port, '127.0.0.1');
  const [, { port }] = (await once(server, 'message')) as [Buffer, { port: number }];
  const received: Buffer[] = [];
  client.on('message', (packet) => received.push(packet));
  const times = (packet: Buffer) => received.filter((each) => each.equals(packet)).length;
  const hello = Buffer.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
  const inChannel = Buffer.concat([Buffer.from([0x40, 0, 0, hello.length]), hello]);
  const tooLong = Buffer.from([0x4f, 0, 0xff, 0xff, 22]);
  const indication = writeStunRequest(0x0017).packet;
  for (const packet of [tooLong, indication, inChannel]) {
    for (let length = 1; length <= packet.length; length++) {
      const cut = packet.subarray(0, length);
      server.send(cut, port, '127.0.0.1');
      await until(() => times(cut) > 0, 'the packet');
    }
  }
  await until(() => times(inChannel) === 1 + REPEATS, 'the ClientHello again');
});

/** How often the first packet of a handshake that nobody answers is repeated. */
const REPEATS = 5;
