import { expect, it } from 'vitest';
import type { NativeWebSocket } from '../../src/native/binding.js';
import { until } from '../support/event.js';
import { forEachBinding, type Rig, textOf, turns } from './conformance-rig.js';

forEachBinding((rig: Rig) => {
  function server(onClient: (client: NativeWebSocket) => void): { port: number; stop(): void } {
    const native = new rig.binding.WebSocketServer({ port: 0, bindAddress: '127.0.0.1' });
    rig.own({ close: () => native.stop() });
    native.onClient((client) => onClient(rig.own(client)));
    return { port: native.port(), stop: () => native.stop() };
  }

  it('echoes, and reports the path and the address', async () => {
    const seen: unknown[] = [];
    const { port } = server((client) => {
      client.onOpen(() => seen.push(client.path()));
      client.onMessage((data) =>
        typeof data === 'string' ? client.sendMessage(data) : client.sendMessageBinary(data as Buffer),
      );
    });
    const socket = rig.own(new rig.binding.WebSocket());
    const got: unknown[] = [];
    expect([socket.path(), socket.isOpen()]).toEqual([undefined, false]);
    socket.onOpen(() => {
      socket.sendMessage('hello');
      socket.sendMessageBinary(Buffer.from([7]));
    });
    socket.onMessage((data) => got.push(data));
    socket.open(`ws://127.0.0.1:${port}/room?q=1`);
    await until(() => got.length === 2, 'the echo');
    expect(got).toEqual(['hello', Buffer.from([7])]);
    expect([socket.path(), socket.remoteAddress(), seen[0]]).toEqual([
      '/room?q=1',
      `127.0.0.1:${port}`,
      '/room?q=1',
    ]);
    socket.close();
    expect(textOf(() => socket.sendMessage('x'))).toBe('sendMessage() called on destroyed channel');
    expect(textOf(() => socket.open('ws://127.0.0.1:1/'))).toBe('open() called on destroyed WebSocket');
  });

  it('fires onClosed also when it is registered after the peer closed', async () => {
    let accepted: NativeWebSocket | undefined;
    const { port } = server((client) => {
      accepted = client;
    });
    const socket = rig.own(new rig.binding.WebSocket());
    socket.open(`ws://127.0.0.1:${port}/`);
    await until(() => socket.isOpen() && accepted?.isOpen() === true, 'the socket opens');
    accepted?.close();
    await until(() => !socket.isOpen(), 'the peer’s close');
    await turns(5);
    let closed = 0;
    socket.onClosed(() => {
      closed += 1;
    });
    await until(() => closed === 1, 'the close event');
    expect(textOf(() => socket.sendMessage('x'))).toBe(
      'libdatachannel error while sending data channel message: WebSocket is not open',
    );
  });

  it('reports a refused connection as an error and a close', async () => {
    const { port, stop } = server(() => undefined);
    stop();
    const events: string[] = [];
    const socket = rig.own(new rig.binding.WebSocket());
    socket.onError((error) => events.push(error));
    socket.onClosed(() => events.push('closed'));
    socket.open(`ws://127.0.0.1:${port}/`);
    await until(() => events.includes('closed'), 'the close event');
    expect(events).toEqual(['TCP connection failed', 'closed']);
  });

  it('refuses a port in use and a bad URL', () => {
    const { port } = server(() => undefined);
    expect(textOf(() => new rig.binding.WebSocketServer({ port, bindAddress: '127.0.0.1' }))).toBe(
      'libdatachannel error while creating WebSocketServer: TCP server socket binding failed',
    );
    const socket = rig.own(new rig.binding.WebSocket());
    expect(textOf(() => socket.open('http://127.0.0.1/'))).toBe(
      'libdatachannel error while opening WebSocket: Invalid WebSocket scheme: http',
    );
  });
});
