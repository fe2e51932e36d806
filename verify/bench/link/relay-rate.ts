import { createSocket, type Socket } from 'node:dgram';
import { Network } from './network.js';

/** About what a packet of SCTP has, in bytes. */
const DATAGRAM = Buffer.alloc(1200, 7);
const BURST = 64;
const SOCKET_BUFFER = 4 * 1024 * 1024;

/** Megabytes a second that the relay passes on one way when it is given more than that. */
export async function relayRate(delay: number, seconds: number): Promise<number> {
  using network = Network.relay();
  const id = await network.open({ delay, jitter: 0, loss: 0 });
  const [from, to] = [await bound(), await bound()];
  const [port] = await network.join(id, [from.address().port, to.address().port]);
  let arrived = 0;
  to.on('message', (message) => {
    arrived += message.length;
  });
  let going = true;
  const send = () => {
    for (let n = 0; n < BURST; n++) from.send(DATAGRAM, port, '127.0.0.1');
    if (going) setImmediate(send);
  };
  send();
  await sleep(500 + 2 * delay);
  const [before, started] = [arrived, performance.now()];
  await sleep(2000 * seconds);
  const rate = (arrived - before) / (performance.now() - started) / 1000;
  going = false;
  from.close();
  to.close();
  return rate;
}

async function bound(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: SOCKET_BUFFER, sendBufferSize: SOCKET_BUFFER });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
