import type { MediaDescription, MediaTrack, PeerConnection } from 'scoped-rtc';
import { nextEvent } from '../../../test/support/event.js';
import type { PeerPackets } from '../peer.js';
import { type Cell, echoed, eventually, type Scenarios, weOffer } from '../scenario.js';

const SSRC = 42;
const MEDIA = {
  H264: { codec: 'H264', payloadType: 102, kind: 'video' },
  VP8: { codec: 'VP8', payloadType: 96, kind: 'video' },
  opus: { codec: 'opus', payloadType: 111, kind: 'audio' },
} as const;
type Format = keyof typeof MEDIA;

export function sending(format: Format, ssrc = SSRC): MediaDescription {
  const { kind, codec, payloadType } = MEDIA[format];
  const sources = [{ ssrc, name: 'camera', msid: 'stream', trackId: 'track' }];
  return { kind, direction: 'SendOnly', codecs: [{ codec, payloadType }], sources };
}

/** Sends packets for as long as the block lasts. They carry nothing that could be shown, and are counted all the same. */
export function stream(
  track: MediaTrack,
  format: Format,
  ssrc = SSRC,
): Disposable & { readonly askedForKey: () => boolean } {
  let n = 0;
  let asked = false;
  track.on('message', (packet) => {
    // PLI or FIR (RFC 4585, 5104)
    if (typeof packet !== 'string' && feedback(packet).some((type) => type === 1 || type === 4)) asked = true;
  });
  const timer = setInterval(() => {
    const packet = Buffer.alloc(112, 0x10);
    packet.set([0x80, 0x80 | MEDIA[format].payloadType]);
    packet.writeUInt16BE(n & 0xffff, 2);
    packet.writeUInt32BE((n++ * 3000) >>> 0, 4);
    packet.writeUInt32BE(ssrc, 8);
    void track.send(packet).catch(() => {});
  }, 10);
  return { askedForKey: () => asked, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Formats of the payload-specific feedback in a compound RTCP packet. */
function feedback(packet: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at + 4 <= packet.length; at += 4 * (packet.readUInt16BE(at + 2) + 1)) {
    if (packet[at + 1] === 206) types.push((packet[at] as number) & 31);
  }
  return types;
}

const packets = (cell: Cell): Promise<PeerPackets> => cell.peer.call<PeerPackets>('packets');

/** The peer receives what we send by `track`. */
async function theyReceive(cell: Cell, track: MediaTrack, format: Format): Promise<void> {
  await track.opened({ timeout: 10_000 });
  const before = (await packets(cell)).received;
  using _sending = stream(track, format);
  await eventually(async () => (await packets(cell)).received > before + 20, 'they get our packets');
}

/** We receive what the peer sends by the next track. */
async function weReceive(cell: Cell, pc: PeerConnection, kind: string): Promise<MediaTrack> {
  const came = nextEvent<[MediaTrack]>(pc, 'track');
  await cell.peer.call('addMedia', { kind });
  await cell.peer.call('offer');
  const [track] = await came;
  let got = 0;
  track.on('message', () => got++);
  await eventually(() => got > 20, 'we get their packets', 15_000);
  return track;
}

async function stable(cell: Cell): Promise<void> {
  await eventually(
    async () => (await cell.peer.call<{ signaling: string }>('states')).signaling === 'stable',
    'their signaling is stable',
  );
}

async function sendFirst(cell: Cell, format: Format, trackFirst: boolean): Promise<void> {
  await cell.peer.call('create', { polite: true });
  const pc = cell.scope.createPeerConnection('peer');
  if (!trackFirst) pc.createDataChannel('echo');
  const track = pc.addTrack(sending(format));
  if (trackFirst) pc.createDataChannel('echo');
  await pc.negotiate(cell.peer.signaling(undefined, false), { timeout: 15_000 });
  await theyReceive(cell, track, format);
}

export const media: Scenarios = {
  ...Object.fromEntries(
    (Object.keys(MEDIA) as Format[]).map((format) => [
      `send-${format.toLowerCase()}`,
      {
        title: `we send ${format}`,
        needs: format === 'H264' ? ['media', 'stats', 'H264'] : ['media', 'stats'],
        run: (cell) => sendFirst(cell, format, true),
      } satisfies Scenarios[string],
    ]),
  ),
  'channel-then-track': {
    title: 'a channel, then a track, then we negotiate',
    needs: ['media', 'stats', 'an offer while it connects'],
    run: (cell) => sendFirst(cell, 'VP8', false),
  },
  'key-frame-given': {
    title: 'they ask us for a key frame',
    needs: ['media', 'stats', 'key frames'],
    async run(cell) {
      const { pc } = await weOffer(cell);
      const track = pc.addTrack(sending('VP8'));
      pc.setLocalDescription();
      await track.opened({ timeout: 10_000 });
      using sent = stream(track, 'VP8');
      await eventually(() => sent.askedForKey(), 'they ask', 15_000);
    },
  },
  'key-frame-asked': {
    title: 'they send video; we ask for a key frame',
    needs: ['media', 'stats', 'key frames'],
    async run(cell) {
      const { pc } = await weOffer(cell);
      const track = await weReceive(cell, pc, 'video');
      track.setMediaHandlers({ receivingSession: true });
      await eventually(async () => {
        track.requestKeyframe();
        return (await packets(cell)).keyFramesAsked > 0;
      }, 'they are asked');
    },
  },
  'receive-audio': {
    title: 'they send audio',
    needs: ['media'],
    async run(cell) {
      const { pc, channel } = await weOffer(cell);
      await weReceive(cell, pc, 'audio');
      cell.check(await echoed(channel, 'x'), 'the channel lives on');
    },
  },
  'track-later': {
    title: 'we add a track to a connection with a channel',
    needs: ['media', 'stats'],
    async run(cell) {
      const { pc, channel } = await weOffer(cell);
      const track = pc.addTrack(sending('VP8'));
      pc.setLocalDescription();
      await theyReceive(cell, track, 'VP8');
      await stable(cell);
      cell.check(await echoed(channel, 'x'), 'the channel lives on');
    },
  },
  'they-remove-and-put-back': {
    title: 'they add a track, remove it, and put it back',
    needs: ['media', 'remove media'],
    async run(cell) {
      const { pc } = await weOffer(cell);
      for (let round = 0; round < 2; round++) {
        const track = await weReceive(cell, pc, 'video');
        await cell.peer.call('removeMedia');
        await cell.peer.call('offer');
        const { by } = await track.closed({ timeout: 10_000 });
        cell.check(by === 'remote', `round ${round}: ended by ${by}`);
        await stable(cell);
      }
    },
  },
  'they-stop': {
    title: 'they stop a track, and add another',
    needs: ['media', 'stop media'],
    async run(cell) {
      const { pc } = await weOffer(cell);
      for (let round = 0; round < 2; round++) {
        const track = await weReceive(cell, pc, 'video');
        await cell.peer.call('stopMedia');
        await cell.peer.call('offer');
        await track.closed({ timeout: 10_000 });
        await stable(cell);
      }
    },
  },
  'we-pause': {
    title: 'we pause our track and resume it',
    needs: ['media', 'stats', 'resuming media'],
    async run(cell) {
      const { pc } = await weOffer(cell);
      const track = pc.addTrack(sending('VP8'));
      pc.setLocalDescription();
      for (let round = 0; round < 2; round++) {
        await theyReceive(cell, track, 'VP8');
        track.direction = 'Inactive';
        await eventually(() => pc.signalingState === 'stable', 'we are stable');
        await stable(cell);
        track.direction = 'SendOnly';
        await eventually(() => track.direction === 'SendOnly', 'they agree');
      }
      await theyReceive(cell, track, 'VP8');
    },
  },
  'we-stop': {
    title: 'we stop a track, and add another with the same mid',
    needs: ['media', 'stats'],
    async run(cell) {
      const { pc } = await weOffer(cell);
      for (let round = 0; round < 3; round++) {
        const track = pc.addTrack(sending('VP8'));
        pc.setLocalDescription();
        await theyReceive(cell, track, 'VP8');
        await stable(cell);
        await track.stop();
        await eventually(() => pc.signalingState === 'stable', 'we are stable');
        await stable(cell);
      }
    },
  },
  'they-reject': {
    title: 'they reject a track that stands first; the channel opens',
    needs: ['media', 'rejecting media'],
    async run(cell) {
      await cell.peer.call('create', { polite: true });
      const pc = cell.scope.createPeerConnection('peer');
      // Nobody in the table has this one without hardware.
      const codecs = [{ codec: 'H265' as const, payloadType: 109 }];
      const track = pc.addTrack({ kind: 'video', direction: 'SendOnly', codecs });
      const ended = track.closed({ timeout: 15_000 });
      ended.catch(() => {});
      const channel = pc.createDataChannel('echo');
      await pc.negotiate(cell.peer.signaling(undefined, false), { timeout: 15_000 });
      await channel.opened({ timeout: 10_000 });
      cell.check(await echoed(channel, 'x'), 'echo');
      const { reason } = await ended;
      cell.check(
        (reason as { code?: string } | undefined)?.code === 'RTC_NATIVE',
        'the track ends with a reason',
      );
    },
  },
};
