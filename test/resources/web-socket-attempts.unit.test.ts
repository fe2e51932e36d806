import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { RtcRuntime, type RtcScope } from 'scoped-rtc';
import { createFakeBinding, type FakeBinding } from 'scoped-rtc/testing';
import { expect, test } from 'vitest';
import { Tunnel } from '../../src/resources/web-socket/tunnel.js';
import { codeOf } from '../support/event.js';

const NOBODY = 'ws://127.0.0.1:1/';

/** A runtime whose library takes what happened to other sockets for the end of its first `lost` clients (H62). */
function runtimeThatLoses(lost: number): { scope: RtcScope; made: () => number; end: () => Promise<void> } {
  const native = createFakeBinding();
  let made = 0;
  class Client extends native.WebSocket {
    readonly #isLost: boolean;

    constructor(...args: ConstructorParameters<FakeBinding['WebSocket']>) {
      super(...args);
      this.#isLost = made++ < lost;
    }

    override open(url: string): void {
      super.open(this.#isLost ? NOBODY : url);
    }
  }
  const binding = new Proxy(native, {
    get: (of, key) => (key === 'WebSocket' ? Client : Reflect.get(of, key)),
  });
  const scope = new RtcRuntime({ native: binding }).scope('app');
  const end = async () => {
    await scope.disposeAsync();
    const { live, violations, aborts, cleanups } = native;
    expect({ live, violations, aborts, cleanups }).toEqual({
      live: [],
      violations: [],
      aborts: [],
      cleanups: 1,
    });
  };
  return { scope, made: () => made, end };
}

test('a client whose first attempt the library ends opens at the next', async () => {
  const { scope, made, end } = runtimeThatLoses(1);
  const server = scope.createWebSocketServer({ port: 0 });
  server.on('connection', (socket) => socket.on('message', (text) => void socket.send(`${text}!`)));
  const seen: string[] = [];
  const client = scope.createWebSocket(`ws://127.0.0.1:${server.port}/`);
  client.on('open', () => seen.push('open'));
  client.on('error', () => seen.push('error'));
  await client.opened();
  await client.send('hello');
  expect(await client.nextMessage()).toBe('hello!');
  expect([seen, made()]).toEqual([['open'], 2]);
  await end();
});

test('a client that cannot reach its server at all says so after two attempts', async () => {
  const { scope, made, end } = runtimeThatLoses(0);
  const client = scope.createWebSocket(NOBODY);
  await expect(client.opened()).rejects.toThrow('could not be opened: TCP connection failed');
  expect(made()).toBe(2);
  await end();
});

test('a client that is closed between two attempts makes no other', async () => {
  const { scope, made, end } = runtimeThatLoses(1);
  const client = scope.createWebSocket(NOBODY);
  const opened = codeOf(client.opened());
  await client.close();
  expect(await opened).toBe('RTC_CLOSING');
  expect(made()).toBe(1);
  await end();
});

/** A tunnel to a server that handles its connection with `serve`. */
async function tunnelTo(serve: (socket: Socket) => void) {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upstream = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(upstream, 'connect');
  const tunnel = await Tunnel.open(upstream, false);
  const attempt = async (): Promise<Socket> => {
    const socket = connect(tunnel.port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const end = async () => {
    server.close();
    await once(server, 'close');
  };
  return { upstream, tunnel, attempt, end };
}

test('a tunnel outlives connections that end before they have sent their request', async () => {
  const { upstream, attempt, end } = await tunnelTo((socket) => socket.pipe(socket));
  for (const request of ['', 'CONNECT half.of.it']) {
    const lost = await attempt();
    lost.end(request);
    await once(lost, 'close');
  }
  const library = await attempt();
  library.setEncoding('latin1').write('CONNECT server:80 HTTP/1.1\r\n\r\nfirst');
  let answer = '';
  for await (const chunk of library) {
    answer += chunk;
    if (answer.endsWith('first')) break;
  }
  expect(answer).toBe('HTTP/1.1 200 OK\r\n\r\nfirst');
  await once(upstream, 'close');
  await end();
});

test('a tunnel that no connection has used closes that to the server', async () => {
  const { upstream, tunnel, attempt, end } = await tunnelTo((socket) => socket.resume());
  const asking = await attempt();
  tunnel.abandon();
  await Promise.all([once(asking, 'close'), once(upstream, 'close')]);
  await end();
});
