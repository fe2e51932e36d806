import { type DataChannel, type IceServer, memorySignaling, type PeerConnection } from 'scoped-rtc';
import { nextEvent } from '../../../test/support/event.js';
import { type Cell, type Connected, echoed, eventually, numbered, type Scenarios } from '../scenario.js';
import { sending, stream } from './media.js';

const WAIT = { timeout: 15_000 };

/** A connection with an open channel to a server that sends back what it gets. It cannot be asked what that was. */
async function connect(cell: Cell): Promise<Connected> {
  await cell.peer.call('create');
  const pc = cell.scope.createPeerConnection('server');
  const channel = pc.createDataChannel('echo');
  await pc.negotiate(cell.peer.signaling(undefined, false), WAIT);
  await channel.opened(WAIT);
  return { pc, channel };
}

const COUNT = 3000;

/** What is asked of a server, whose program is not ours. */
export const servers: Scenarios = {
  'server-echo': {
    title: 'messages come back, up to 64 kB',
    needs: ['echo'],
    async run(cell) {
      const { pc, channel } = await connect(cell);
      const most = Math.min(pc.maxMessageSize, 65_535);
      for (const size of [1, 1200, 16_384, most].filter((size) => size <= most)) {
        cell.check(await echoed(channel, Buffer.alloc(size, 7)), `${size} bytes come back`);
      }
      cell.figure(`up to ${Math.round(most / 1024)} kB`);
    },
  },
  'server-3000': {
    title: '3000 messages come back, and we close the channel',
    needs: ['echo'],
    async run(cell) {
      const { pc, channel } = await connect(cell);
      let next = 0;
      let misplaced = 0;
      channel.on('message', (message) => {
        if (typeof message === 'string' || message.readUIntLE(0, 3) !== next++) misplaced++;
      });
      for (let n = 0; n < COUNT; n++) await channel.send(numbered(n));
      await eventually(() => next === COUNT, 'all come back').catch(() => {});
      cell.figure(`${next} of ${COUNT}`);
      cell.check(next === COUNT, `${next} of ${COUNT} came back`);
      cell.check(misplaced === 0, `${misplaced} in the wrong order`);
      await channel.close();
      // On a busy machine the answer to the reset can come faster than the round trips that SCTP measured, and then confirms nothing.
      const { unconfirmed } = await channel.closed();
      if (unconfirmed.messages > 0) cell.figure(`${next} of ${COUNT}, counted as unconfirmed`);
      cell.check(pc.connectionState === 'connected', 'the connection lives on');
    },
  },
  'server-media': {
    title: 'Opus and VP8 come back',
    needs: ['echo'],
    async run(cell) {
      await cell.peer.call('create');
      const pc = cell.scope.createPeerConnection('server');
      const tracks = (['opus', 'VP8'] as const).map((format, n) => ({
        format,
        ssrc: n + 1,
        track: pc.addTrack({ ...sending(format, n + 1), direction: 'SendRecv' }),
      }));
      await pc.negotiate(cell.peer.signaling(undefined, false), WAIT);
      for (const { format, ssrc, track } of tracks) {
        await track.opened(WAIT);
        let got = 0;
        track.on('message', (packet) => {
          if (typeof packet !== 'string' && isMedia(packet)) got++;
        });
        using _sending = stream(track, format, ssrc);
        await eventually(() => got > 20, `${format} comes back`);
      }
    },
  },
  'server-hangs-up': {
    title: 'it closes the connection',
    needs: ['echo'],
    async run(cell) {
      const { pc, channel } = await connect(cell);
      cell.check(await echoed(channel, Buffer.from('x')), 'echo');
      const closing = nextEvent(channel, 'close');
      const begin = performance.now();
      await cell.peer.call('close');
      await closing;
      await pc.closed({ timeout: 60_000 });
      cell.figure(`noticed after ${Math.round(performance.now() - begin)} ms`);
    },
  },
  'relay-3000': {
    title: '3000 messages by the relay alone, and we leave',
    needs: ['relaying'],
    async run(cell) {
      const { near, far } = await connectByRelay(cell);
      let got = 0;
      far.on('message', () => got++);
      for (let n = 0; n < COUNT; n++) await near.send(numbered(n));
      await near.close();
      const { unconfirmed } = await near.closed();
      cell.figure(`${got} of ${COUNT}`);
      cell.check(got === COUNT && unconfirmed.messages === 0, `${unconfirmed.messages} unconfirmed`);
    },
  },
  'relay-dies': {
    title: 'the relay is killed',
    needs: ['relaying'],
    async run(cell) {
      const { pc } = await connectByRelay(cell);
      const begin = performance.now();
      await cell.peer.call('die');
      await pc.closed({ timeout: 90_000 });
      cell.figure(`noticed after ${Math.round((performance.now() - begin) / 1000)} s`);
    },
  },
};

/** Two ends of ours; one is reached by the TURN server alone, the other knows nothing of it. */
async function connectByRelay(
  cell: Cell,
): Promise<{ pc: PeerConnection; near: DataChannel; far: DataChannel }> {
  const server = await cell.peer.call<IceServer>('create');
  const [left, right] = memorySignaling();
  const pc = cell.scope.createPeerConnection('relayed', {
    iceServers: [server],
    iceTransportPolicy: 'relay',
    keepalive: { interval: 1000, timeout: 5000 },
  });
  const other = cell.scope.createPeerConnection('other');
  const near = pc.createDataChannel('bulk');
  await Promise.all([pc.negotiate(left, WAIT), other.negotiate(right, WAIT)]);
  const far = await other.nextDataChannel(WAIT);
  await near.opened(WAIT);
  const type = pc.selectedCandidatePair()?.local.type;
  cell.check(type === 'relay', `our candidate is of type ${type}`);
  return { pc, near, far };
}

/** RTCP has these payload types in the same place (RFC 5761, section 4). */
function isMedia(packet: Buffer): boolean {
  const type = (packet[1] as number) & 0x7f;
  return type < 64 || type > 95;
}
