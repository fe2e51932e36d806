import * as binding from 'node-datachannel';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import WsClient, { WebSocketServer as WsServer } from 'ws';
import { SubprotocolFront } from '../../src/resources/web-socket/subprotocol-front.js';
import { nothingLeft } from '../support/nothing-left.js';
import { until, within } from '../support/event.js';

it('knows a connection that has ended before the library announces it', async () => {
  const native = new binding.WebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
  const offered = (protocols: string[]) => protocols[0];
  const front = new SubprotocolFront({ port: 0 }, ['127.0.0.1'], offered, 'test', (error) => {
    throw error;
  });
  try {
    front.target = native.port();
    let announced: binding.WebSocket | undefined;
    native.onClient((socket) => (announced = socket));
    const client = new WsClient(`ws://127.0.0.1:${front.port}/room?x=1`, ['chat']);
    client.on('open', () => client.close());
    await within(once(client, 'close'), 'the client');
    await until(() => announced?.isOpen() === false, 'the end of the connection');
    const path = announced?.path();
    expect(announced?.remoteAddress()).toBeUndefined();
    expect(front.takeCarrier(path)).toMatchObject({ requestPath: '/room?x=1', protocol: 'chat' });
    expect(front.takeCarrier(path)).toBeUndefined(); // each once
    expect(front.takeCarrier('/room?x=1')).toBeUndefined();
  } finally {
    front.close();
    native.stop();
    await within(front.ended, 'the end of the front');
    binding.cleanup();
    await nothingLeft();
  }
});

/** What a client hears of a server whose connections end as `ends` says, one after the other; then they are served. */
async function heardBehind(ends: ((socket: Socket) => void)[]): Promise<unknown[]> {
  const served = new WsServer({ noServer: true });
  served.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  const http = createHttpServer().on('upgrade', (request, socket, head) =>
    served.handleUpgrade(request, socket, head, (client) => served.emit('connection', client)),
  );
  // In the place of the library's server.
  const library = createServer((socket) => {
    const end = ends.shift();
    if (end) socket.once('data', () => end(socket));
    else http.emit('connection', socket);
  });
  library.listen(0, '127.0.0.1');
  await once(library, 'listening');
  const front = new SubprotocolFront(
    { port: 0 },
    ['127.0.0.1'],
    ([first]) => first,
    'test',
    () => {},
  );
  front.target = (library.address() as AddressInfo).port;
  const client = new WsClient(`ws://127.0.0.1:${front.port}/`);
  const heard: unknown[] = [];
  client.on('error', ({ message }) => heard.push(message));
  client.on('open', () => client.send('hello'));
  client.on('message', (data) => {
    heard.push(String(data));
    client.close();
  });
  await within(new Promise((resolve) => client.on('close', resolve)), 'the end of the client');
  front.close();
  library.close();
  await within(front.ended, 'the end of the front');
  return heard;
}

const [reset, end] = [(socket: Socket) => socket.resetAndDestroy(), (socket: Socket) => socket.end()];

it('has a client hear nothing of connections that the library ends before it answers (H62)', async () => {
  expect(await heardBehind([reset])).toEqual(['hello']);
  expect(await heardBehind([end, reset])).toEqual(['hello']);
});

it('lets a client go that the library never answers', async () => {
  const ends = [end, reset, end, end];
  expect(await heardBehind(ends)).toEqual(['socket hang up']);
  expect(ends).toHaveLength(1); // three attempts
});
