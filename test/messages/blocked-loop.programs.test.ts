import { type DataChannel, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { incomingChannel } from '../support/connected-pair.js';
import { within } from '../support/event.js';
import { makeCertificate } from '../support/certificate.js';
import { busy, note, type Seen } from './numbered.js';
import { PeerProcess } from './peer-process.js';
import { nothingLeft } from '../support/nothing-left.js';

const COUNT = 20_000;
const SIZE = 100;
const BLOCKED_MS = 1000;

let peer: PeerProcess;
let scope: RtcScope;

beforeAll(() => {
  peer = new PeerProcess();
});
afterAll(async () => {
  expect(await peer.end()).toBe(0);
});
beforeEach(() => {
  scope = RtcRuntime.acquire('blocked');
});
afterEach(async () => {
  await scope.disposeAsync();
  await nothingLeft();
});

interface Record extends Seen {
  /** Messages that came by the time of `close`. */
  atClose?: number;
}

async function start(id: string, close: 'channel' | 'connection') {
  await peer.call('connect', { id });
  const pc = scope.createPeerConnection(id, { bindAddress: '127.0.0.1' });
  pc.createDataChannel('first');
  await pc.negotiate(peer.signaling(id));
  const incoming = incomingChannel(pc, 'burst');
  const sent = peer.call<number>('burst', { id, count: COUNT, size: SIZE, close });
  return { pc, sent, channel: await incoming };
}

/** Asks the peer to begin and then does nothing but burn time, as a long computation does. */
function blockWhile(begin: () => void): void {
  begin();
  busy(BLOCKED_MS);
}

function record(channel: DataChannel): Record {
  const seen: Record = { count: 0 };
  channel.on('close', () => {
    seen.atClose = seen.count;
  });
  channel.on('message', (message) => note(seen, message));
  return seen;
}

describe(`a peer that sends ${COUNT} messages and closes while our event loop is blocked for a second`, () => {
  it('loses none when it closes the channel', async () => {
    const { channel, sent } = await start('channel', 'channel');
    const seen = record(channel);
    blockWhile(() => void channel.send('go'));
    expect((await within(channel.closed(), 'the close')).by).toBe('remote');
    expect(seen).toEqual({ count: COUNT, atClose: COUNT });
    expect(await sent).toBe(0);
  });

  it('loses none of what reached us when it closes the connection', async () => {
    const { pc, channel, sent } = await start('connection', 'connection');
    const before = pc.bytesReceived;
    const seen = record(channel);
    blockWhile(() => void channel.send('go'));
    // Receipts count as payload there, too.
    const reached = Math.min(COUNT, Math.floor((pc.bytesReceived - before) / SIZE));
    await within(channel.closed(), 'the close');
    expect(seen.outOfOrder).toBeUndefined();
    expect(seen.atClose).toBe(seen.count);
    expect(seen.count).toBeGreaterThanOrEqual(reached);
    // Its own SDK waited for our library's confirmation: so it was all of them.
    expect([await sent, seen.count]).toEqual([0, COUNT]);
  });

  for (const tls of [false, true]) {
    it(`loses none when it is a WebSocket server${tls ? ' with TLS' : ''}`, async () => {
      const socket = await scope.createWebSocket(await serve(tls), { disableTlsVerification: tls }).opened();
      const seen: Record = { count: 0 };
      socket.on('close', () => {
        seen.atClose = seen.count;
      });
      blockWhile(() => void socket.send('go'));
      socket.on('message', (message) => note(seen, message));
      expect((await within(socket.closed(), 'the close')).by).toBe('remote');
      expect(seen).toEqual({ count: COUNT, atClose: COUNT });
    });
  }
});

/** The URL of a server that sends the burst to whoever says something. */
async function serve(tls: boolean): Promise<string> {
  const port = await peer.call<number>('serve', {
    count: COUNT,
    size: SIZE,
    ...(tls ? await makeCertificate() : {}),
  });
  return `${tls ? 'wss' : 'ws'}://127.0.0.1:${port}`;
}
