import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type PeerConnection, RtcRuntime, type RtcScope } from 'scoped-rtc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeUdpPort } from '../support/free-port.js';
import { nextEvent, within } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';

let scope: RtcScope;
beforeEach(() => {
  scope = RtcRuntime.acquire('mux');
});
afterEach(async () => {
  await scope.disposeAsync();
  await nothingLeft();
});

/** A connection that sends its STUN requests to `port`, where nobody knows of it. */
function stranger(port: number): PeerConnection {
  const asking = scope.createPeerConnection('asking');
  const asked = scope.createPeerConnection('asked');
  asking.on('localDescription', (description) => asked.setRemoteDescription(description));
  asked.on('localDescription', ({ type, sdp }) => {
    asking.setRemoteDescription(sdp.replace(/a=candidate.*\r\n/g, ''), type);
    asking.addRemoteCandidate(`candidate:1 1 UDP 2122317823 127.0.0.1 ${port} typ host`, '0');
  });
  asking.createDataChannel('chat');
  return asking;
}

describe('a listener for STUN requests that belong to no connection', () => {
  it('reports each with the names in it, and is closed with its scope', async () => {
    const listener = scope.createIceUdpMuxListener(await freeUdpPort(), '127.0.0.1');
    const reported = nextEvent<[object]>(listener, 'unhandledStunRequest');
    const asking = stranger(listener.port);
    const [request] = await reported;
    const ufrag = /a=ice-ufrag:(\S+)/.exec(asking.localDescription()?.sdp ?? '')?.[1];
    expect(request).toMatchObject({ ufrag, host: '127.0.0.1' });
    await scope.disposeAsync();
    expect((await listener.closed()).by).toBe('owner');
  });

  it('gives the port back at once when it is closed, and has forgotten nothing of itself', async () => {
    const port = await freeUdpPort();
    const first = scope.createIceUdpMuxListener(port, '127.0.0.1');
    expect(() => scope.createIceUdpMuxListener(port, '127.0.0.1')).toThrow(
      expect.objectContaining({ code: 'RTC_NATIVE' }),
    );
    first.on('unhandledStunRequest', () => {});
    await first.close();
    expect([first.port, first.address, first.state]).toEqual([port, '127.0.0.1', 'closed']);
    await bindable(port);
  });

  it('closes within its own callback, and what is asked afterwards is nobody’s', async () => {
    const listener = scope.createIceUdpMuxListener(await freeUdpPort(), '127.0.0.1');
    listener.on('unhandledStunRequest', () => void listener.close());
    stranger(listener.port);
    expect((await within(listener.closed(), 'the end')).by).toBe('local');
    // The requests go on; they were answered with freed memory.
    const heir = createSocket('udp4');
    heir.bind(listener.port, '127.0.0.1');
    await within(once(heir, 'message'), 'another request').finally(() => heir.close());
  });

  // Of the pieces of memory that a process has freed some made the library take a listener for stopped already (H49).
  it('is really stopped, each of 1000 times', async () => {
    for (let n = 0; n < 1000; n++) {
      const port = await freeUdpPort();
      const listener = scope.createIceUdpMuxListener(port, '127.0.0.1');
      listener.on('unhandledStunRequest', () => {});
      await listener.close();
      await bindable(port);
    }
  });
});

/** Rejects when somebody has the port. */
async function bindable(port: number): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(port, '127.0.0.1');
  await within(once(socket, 'listening'), 'the port').finally(() => socket.close());
}
