import { randomBytes } from 'node:crypto';
import { type MediaTrack, memorySignaling, RtcRuntime } from 'scoped-rtc';

/** Packets and frames that nobody should send, through every kind of handler, to a peer that has some too. */
const HEADERS = [
  [0x80, 96],
  [0x80, 200],
  [0x81, 205],
  [0x9f, 96],
  [0xb0, 96],
  [0xff, 0xff],
  [0, 0, 0, 1],
  [],
];

async function send(track: MediaTrack, data: Buffer | string): Promise<void> {
  await track.send(data).catch(() => {}); // refused is as good as taken
}

async function round(format: 'H264' | 'H265' | 'AV1' | 'RTP' | undefined): Promise<number> {
  await using rtc = RtcRuntime.acquire('garbage');
  const alice = rtc.createPeerConnection('alice');
  const bob = rtc.createPeerConnection('bob');
  const track = alice.addTrack({
    kind: 'video',
    codecs: [{ codec: 'H264', payloadType: 96, rtx: 97 }],
    sources: [{ ssrc: 42 }],
  });
  const incoming = new Promise<MediaTrack>((resolve) => bob.on('track', resolve));
  const [left, right] = memorySignaling();
  await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
  const far = await incoming;
  far.setMediaHandlers({ receivingSession: true, nackResponder: true });
  await Promise.all([track.opened(), far.opened()]);
  let received = 0;
  for (const each of [track, far]) each.on('message', () => received++);
  if (format) {
    const rtp = { ssrc: 42, cname: 'n', payloadType: 96, clockRate: 90_000 };
    track.setMediaHandlers({
      packetizer: { format, ...rtp, ...(format === 'H264' ? { separator: 'Length' as const } : {}) },
      senderReports: true,
      nackResponder: 4,
      ...(format === 'H265' || format === 'RTP'
        ? { pacing: { bitsPerSecond: 1_000_000_000, interval: 1 } }
        : {}),
    });
  }
  for (let n = 0; n < 300; n++) {
    const head = Buffer.from(HEADERS[n % HEADERS.length] ?? []);
    await send(track, Buffer.concat([head, randomBytes((n * 37) % 1200)]));
    await send(far, Buffer.concat([head, randomBytes((n * 53) % 60)]));
    if (n % 10 === 0) {
      await send(track, Buffer.alloc(n % 20));
      await send(track, 'text');
      far.requestKeyframe();
      track.requestBitrate(1000 + n);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return received;
}

let received = 0;
for (const format of ['H264', 'H265', 'AV1', 'RTP', undefined] as const) received += await round(format);
const { natives } = RtcRuntime.shared.snapshot();
console.log(JSON.stringify({ received, held: natives.held, threads: RtcRuntime.shared.threads().count }));
console.log(JSON.stringify({ mainDone: Date.now() }));
