import * as binding from 'node-datachannel';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import WsClient from 'ws';
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
