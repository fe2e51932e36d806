import { type MediaTrack, memorySignaling, RtcRuntime } from 'scoped-rtc';
import { countPackets, rtp } from '../packets.js';

/** A paced track, and packets that the library refuses: none may end the process, and the track goes on. */
const WRONG: Record<string, (n: number) => Buffer | string> = {
  text: () => 'hi',
  zero: () => Buffer.alloc(0),
  short: () => Buffer.from([0x80, 96, 0]),
  rtcp: () => Buffer.from([0x80, 200, 0, 1]),
  old: (n) => rtp(n, 42), // a source that starts again, far behind
};
const SENT = 20;
const FIRST = 20_000;

async function pairOf(rtc: ReturnType<typeof RtcRuntime.acquire>, setUp: (track: MediaTrack) => void) {
  const alice = rtc.createPeerConnection('alice');
  const bob = rtc.createPeerConnection('bob');
  const track = alice.addTrack({
    kind: 'video',
    direction: 'SendOnly',
    codecs: [{ codec: 'H264', payloadType: 96 }],
    sources: [{ ssrc: 42, name: 'camera' }],
  });
  setUp(track);
  const incoming = bob.nextTrack();
  const [left, right] = memorySignaling();
  await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
  await track.opened();
  return { track, far: await incoming };
}

async function refused(wrong: (n: number) => Buffer | string): Promise<number> {
  await using rtc = RtcRuntime.acquire('refused');
  const { track } = await pairOf(rtc, (each) =>
    each.setMediaHandlers({ pacing: { bitsPerSecond: 5_000_000 } }),
  );
  const errors: unknown[] = [];
  for (let n = 0; n < SENT; n++) {
    const packet = n === 5 || n === 6 ? wrong(n) : rtp(FIRST + n, 42);
    await track.send(packet).catch((error: { code?: string }) => errors.push(error.code));
    await track.drained(); // the pacer's next run has come
  }
  if (errors.some((code) => code !== 'RTC_NATIVE')) throw new Error(`refused with ${String(errors)}`);
  await track.close();
  return errors.length + (await track.closed()).undelivered;
}

/** Handlers that are set again while packets wait, and packets that still arrive after it. */
async function setAgain(): Promise<number> {
  await using rtc = RtcRuntime.acquire('again');
  const frame = Buffer.concat([Buffer.from([0, 0, 0, 1, 0x65]), Buffer.alloc(20_000, 1)]);
  const handlers = {
    packetizer: { format: 'H264', ssrc: 42, cname: 'c', payloadType: 96, clockRate: 90_000 },
    pacing: { bitsPerSecond: 50_000_000, interval: 1 },
  } as const;
  const { track, far } = await pairOf(rtc, (each) => each.setMediaHandlers(handlers));
  const seen = countPackets(far, 42);
  for (let n = 0; n < 60; n++) {
    track.timestamp += 3000;
    await track.send(frame);
    if (n % 10 === 5) track.setMediaHandlers(handlers);
  }
  await track.drained();
  while (seen.count === 0) await far.nextMessage();
  await track.close();
  return (await track.closed()).undelivered;
}

const found: Record<string, number> = {};
for (const [name, wrong] of Object.entries(WRONG)) found[name] = await refused(wrong);
for (let round = 0; round < 3; round++) found.again = (found.again ?? 0) + (await setAgain());
const { natives } = RtcRuntime.shared.snapshot();
console.log(JSON.stringify({ found, held: natives.held, threads: RtcRuntime.shared.threads().count }));
