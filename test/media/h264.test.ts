import { type MediaTrack, memorySignaling } from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import { mediaRig } from './media-rig.js';
import { nextEvent, until } from '../support/event.js';
import { H264Depacketizer, readH264Frames, writeH264File } from './h264-file.js';

const rig = mediaRig();

const RTP = { ssrc: 42, cname: 'camera', payloadType: 96, clockRate: 90_000 } as const;

/** Packet type (RFC 3550, 6.4.1). */
const RTCP_SENDER_REPORT = 200;

async function videoTracks(
  pacing = false,
  session = true,
): Promise<{ sending: MediaTrack; receiving: MediaTrack }> {
  const alice = rig.scope.createPeerConnection('alice');
  const bob = rig.scope.createPeerConnection('bob');
  const sending = alice.addTrack({
    kind: 'video',
    direction: 'SendOnly',
    codecs: [{ codec: 'H264', payloadType: 96, rtx: 97 }],
    sources: [{ ssrc: 42, name: 'camera', msid: 'stream', trackId: 'track' }],
    bitrate: 3000,
  });
  sending.setMediaHandlers({
    packetizer: { format: 'H264', ...RTP },
    senderReports: true,
    nackResponder: 128,
    ...(pacing ? { pacing: { bitsPerSecond: 50_000_000 } } : {}),
  });
  const incoming = nextEvent<[MediaTrack]>(bob, 'track');
  const [left, right] = memorySignaling();
  await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
  const [receiving] = await incoming;
  if (session) receiving.setMediaHandlers({ receivingSession: true });
  await Promise.all([sending.opened(), receiving.opened()]);
  return { sending, receiving };
}

describe('frames of H.264 from a file', () => {
  for (const paced of [false, true]) {
    it(`arrive at the peer as they were sent${paced ? ', paced' : ''}, and both sides tear down`, async () => {
      const file = await writeH264File(30);
      const frames = await readH264Frames(file.path).finally(file.remove);
      expect(frames).toHaveLength(30);
      const { sending, receiving } = await videoTracks(paced);
      const depacketizer = new H264Depacketizer();
      receiving.on('message', (packet) => depacketizer.push(packet as Buffer));
      const sent = new Map<number, Buffer>();
      // RTP is not reliable: the clip is shown again until enough of one showing has come.
      const whole = () =>
        [...depacketizer.frames].filter(([timestamp, frame]) => sent.get(timestamp)?.equals(frame));
      for (let round = 0; whole().length < 20 && round < 100; round++) {
        for (const frame of frames) {
          sending.timestamp += 3000;
          sent.set(sending.timestamp, frame);
          await sending.send(frame);
          await new Promise((resolve) => setImmediate(resolve));
        }
        await until(() => whole().length >= 20, 'twenty whole frames', 300).catch(() => {});
      }
      expect(whole().length).toBeGreaterThanOrEqual(20);
      // Nothing came that was not sent so.
      for (const [timestamp, frame] of depacketizer.frames)
        expect(sent.get(timestamp)?.subarray(0, 24)).toEqual(frame.subarray(0, 24));
      expect(typeof receiving.requestKeyframe()).toBe('boolean');
      await rig.scope.disposeAsync();
      expect([(await sending.closed()).by, (await receiving.closed()).by]).toEqual(['owner', 'owner']);
    });
  }

  it('come with sender reports', async () => {
    const { sending, receiving } = await videoTracks(false, false);
    const kinds = new Set<number | undefined>();
    receiving.on('message', (packet) => kinds.add((packet as Buffer)[1]));
    // One is due after a second of media.
    await until(() => {
      sending.timestamp += 3000;
      void sending.send(Buffer.from([0, 0, 0, 1, 0x65, 0]));
      return kinds.has(RTCP_SENDER_REPORT);
    }, 'a sender report');
  });

  it('can be larger than a packet only with a packetizer', async () => {
    const { sending, receiving } = await videoTracks();
    expect(sending.maxMessageSize).toBe(16 * 1024 * 1024);
    expect(receiving.maxMessageSize).toBe(1220);
    await expect(receiving.send(Buffer.alloc(1221, 0x80))).rejects.toMatchObject({
      code: 'RTC_MESSAGE_TOO_LARGE',
    });
    expect(() => sending.trySend(Buffer.alloc(16 * 1024 * 1024 + 1))).toThrow(/limit/);
    await sending.send(Buffer.alloc(1_000_000, 4)); // without any start code: taken as one unit or none
  });
});

describe('a closing track with packets that its pacer still holds', () => {
  it('closes at once and leaves nothing', async () => {
    const { sending } = await videoTracks(true);
    sending.setMediaHandlers({
      packetizer: { format: 'H264', ...RTP },
      pacing: { bitsPerSecond: 10_000, interval: 1 },
    });
    for (let n = 0; n < 50; n++)
      await sending.send(Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.alloc(20_000, 0x65)]));
    await sending.close();
    expect((await sending.closed()).by).toBe('local');
  });

  it('does so with its peer gone', async () => {
    const { sending, receiving } = await videoTracks(true);
    for (let n = 0; n < 50; n++)
      await sending.send(Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.alloc(20_000, 0x65)]));
    receiving.abort();
    await receiving.closed();
    await sending.send(Buffer.from([0, 0, 0, 1, 0x65, 1, 2]));
  });
});
