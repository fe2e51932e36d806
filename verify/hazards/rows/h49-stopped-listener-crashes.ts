import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { RtcRuntime } from '../../../src/index.js';
import { freeUdpPort } from '../../../test/support/free-port.js';
import type { Hazard } from '../support/hazard.js';
import { pause } from '../support/patience.js';
import { keep } from '../support/raw-pair.js';

const LISTENERS = 10;

export const hazard: Hazard = {
  id: 'H49',
  file: import.meta.url,
  does: 'stops ten `IceUdpMuxListener`s; a STUN request comes to each port later',
  why:
    'The library never initialises the flag that says whether a listener was stopped, so `stop()` mostly does ' +
    'nothing: the port stays bound, and the next request calls into freed memory.',
  raw: {
    async program(ndc, report) {
      const ports: number[] = [];
      for (let n = 0; n < LISTENERS; n++) {
        const port = await freeUdpPort();
        const listener = keep(new ndc.IceUdpMuxListener(port, '127.0.0.1'));
        listener.onUnhandledStunRequest(() => {});
        listener.stop();
        ports.push(port);
      }
      report.lost(await stillBound(ports), LISTENERS, 'ports');
      await request(ports);
      ndc.cleanup();
    },
  },
  sdk: {
    async program(report) {
      await using rtc = RtcRuntime.acquire('app');
      const ports: number[] = [];
      for (let n = 0; n < LISTENERS; n++) {
        const port = await freeUdpPort();
        const listener = rtc.createIceUdpMuxListener(port, '127.0.0.1');
        listener.on('unhandledStunRequest', () => {});
        await listener.close();
        ports.push(port);
      }
      report.lost(await stillBound(ports), LISTENERS, 'ports');
      await request(ports);
    },
  },
};

/** How many of the ports nobody else can have. */
async function stillBound(ports: readonly number[]): Promise<number> {
  let bound = 0;
  for (const port of ports) {
    const socket = createSocket('udp4');
    const free = Promise.race([
      once(socket, 'listening'),
      once(socket, 'error').then(([error]) => Promise.reject(error)),
    ]);
    socket.bind(port, '127.0.0.1');
    await free.catch(() => bound++);
    socket.close();
  }
  return bound;
}

/** A STUN binding request (RFC 8489) with a user name nobody knows. */
async function request(ports: readonly number[]): Promise<void> {
  const message = Buffer.alloc(20 + 4 + 12);
  message.writeUInt16BE(0x0001, 0);
  message.writeUInt16BE(16, 2);
  message.writeUInt32BE(0x2112a442, 4);
  message.writeUInt16BE(0x0006, 20);
  message.writeUInt16BE(9, 22);
  message.write('none:none', 24);
  const socket = createSocket('udp4');
  for (const port of ports) {
    await new Promise<void>((resolve) => socket.send(message, port, '127.0.0.1', () => resolve()));
  }
  await pause(50);
  socket.close();
}
