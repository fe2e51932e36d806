import { createRequire } from 'node:module';
import { type MediaHandlers, type MediaTrack, RtcRuntime } from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import { mediaRig } from './media-rig.js';
import { runChild } from '../support/child.js';

const ndc = createRequire(import.meta.url)('node-datachannel') as typeof import('node-datachannel');

const rig = mediaRig();

const codecs = () => [{ codec: 'opus' as const, payloadType: 111 }];
const audioTrack = (mid = 'audio'): MediaTrack =>
  rig.scope.createPeerConnection().addTrack({ kind: 'audio', mid, codecs: codecs() });
const packetizer = { format: 'RTP', ssrc: 7, cname: 'mic', payloadType: 111, clockRate: 48_000 } as const;

describe('addTrack', () => {
  it('describes the media as it was asked to', () => {
    const alice = rig.scope.createPeerConnection('alice');
    alice.addTrack({
      kind: 'video',
      mid: 'camera',
      direction: 'SendOnly',
      codecs: [
        { codec: 'VP8', payloadType: 96, rtx: 97 },
        { codec: 'H264', payloadType: 98, profile: 'packetization-mode=1' },
      ],
      sources: [{ ssrc: 42, msid: 'stream', trackId: 'track' }],
      bitrate: 2500,
    });
    alice.addTrack({ kind: 'audio', codecs: codecs() });
    alice.setLocalDescription('offer');
    const sdp = alice.localDescription()?.sdp ?? '';
    for (const line of [
      'a=mid:camera',
      'a=sendonly',
      'b=AS:2500',
      'a=rtpmap:96 VP8/90000',
      'a=rtpmap:97 RTX/90000',
      'a=fmtp:97 apt=96',
      'a=fmtp:98 packetization-mode=1',
      'a=ssrc:42 cname:42',
      'a=ssrc:42 msid:stream track',
      'a=mid:audio',
      'a=rtpmap:111 opus/48000/2',
    ]) {
      expect(sdp.toLowerCase()).toContain(`${line.toLowerCase()}\r\n`);
    }
  });

  it('refuses a second track with the same mid, until the first has closed', async () => {
    const alice = rig.scope.createPeerConnection('alice');
    const first = alice.addTrack({ kind: 'audio', codecs: codecs() });
    expect(() => alice.addTrack(new ndc.Audio('audio', 'SendOnly'))).toThrow(
      /'audio' is in use by media\/alice/,
    );
    await first.close();
    expect(alice.addTrack({ kind: 'audio', codecs: codecs() }).mid).toBe('audio');
  });

  it.each([
    ['media.mid', { mid: 'a\r\na=evil' }],
    ['media.codecs must have', { codecs: [] }],
    ['media.codecs must not have the payload type 111 twice', { codecs: [...codecs(), ...codecs()] }],
    ['media.codecs\\[0\\].payloadType must be given', { codecs: [{ codec: 'opus' }] }],
    ['which means RTCP', { codecs: [{ codec: 'opus', payloadType: 72 }] }],
    ["codec must be one of 'opus'", { codecs: [{ codec: 'H264', payloadType: 96 }] }],
    ['profile', { codecs: [{ codec: 'opus', payloadType: 96, profile: 'x\na=b' }] }],
    ['trackId needs', { sources: [{ ssrc: 1, trackId: 'x' }] }],
    ['ssrc 1 twice', { sources: [{ ssrc: 1 }, { ssrc: 1 }] }],
    ['media.direction', { direction: 'Unknown' }],
  ])('names what is wrong: %s', (message, change) => {
    const alice = rig.scope.createPeerConnection('alice');
    const media = { kind: 'audio', codecs: codecs(), ...change };
    expect(() => alice.addTrack(media as never)).toThrow(new RegExp(message));
    expect(RtcRuntime.shared.snapshot().natives.held).toBe(1); // nothing was made
  });
});

describe('setMediaHandlers', () => {
  it('gives frames a timestamp that wraps', () => {
    const track = audioTrack();
    expect(track.timestamp).toBe(0);
    expect(() => (track.timestamp = 1)).toThrow(expect.objectContaining({ code: 'RTC_INVALID_STATE' }));
    track.setMediaHandlers({ packetizer });
    track.timestamp = 2 ** 32 - 1;
    track.timestamp += 960;
    expect(track.timestamp).toBe(959);
  });

  it('is refused on a closed track', async () => {
    const track = audioTrack();
    await track.close();
    const refused = expect.objectContaining({ code: 'RTC_CLOSED' });
    expect(() => track.setMediaHandlers({ receivingSession: true })).toThrow(refused);
    expect(() => track.setMediaHandler(new ndc.RtcpReceivingSession())).toThrow(refused);
  });

  it.each<[string, unknown]>([
    ['at least one handler', {}],
    ['at least one handler', { nackResponder: false }],
    ['senderReports needs', { senderReports: true }],
    ['packetizer.ssrc must be given', { packetizer: { ...packetizer, ssrc: undefined } }],
    ['cname', { packetizer: { ...packetizer, cname: 'x'.repeat(256) } }],
    ['maxFragmentSize must be', { packetizer: { ...packetizer, format: 'H264', maxFragmentSize: 2 } }],
    [
      "no meaning for handlers.packetizer.format 'RTP'",
      { packetizer: { ...packetizer, maxFragmentSize: 100 } },
    ],
    ['nackResponder', { nackResponder: -1 }],
    ['bitsPerSecond', { pacing: { bitsPerSecond: Number.NaN } }],
    ['playoutDelay.min', { packetizer: { ...packetizer, playoutDelay: { id: 1, min: 2, max: 1 } } }],
  ])('names what is wrong: %s', (message, handlers) => {
    expect(() => audioTrack().setMediaHandlers(handlers as MediaHandlers)).toThrow(message);
  });

  it('takes a ready-made handler, once', () => {
    const alice = rig.scope.createPeerConnection('alice');
    const one = alice.addTrack({ kind: 'audio', mid: 'one', codecs: codecs() });
    const two = alice.addTrack({ kind: 'audio', mid: 'two', codecs: codecs() });
    const handler = new ndc.RtcpReceivingSession();
    one.setMediaHandler(handler);
    one.setMediaHandler(handler);
    expect(() => two.setMediaHandler(handler)).toThrow(/another track/);
    for (const wrong of [{}, null, new ndc.Audio('x', 'SendOnly'), class {}, 'RtcpReceivingSession']) {
      expect(() => two.setMediaHandler(wrong as never)).toThrow(/handler must be a media handler/);
    }
    const impostor = Object.create(ndc.RtcpReceivingSession.prototype);
    expect(() => two.setMediaHandler(impostor)).toThrow(expect.objectContaining({ code: 'RTC_NATIVE' }));
  });
});

describe('no process ends by', () => {
  it('asking for a key frame too early, as it does with the binding alone', async () => {
    const program = new URL('./programs/raw-keyframe.ts', import.meta.url);
    const [raw, ours] = await Promise.all([runChild(program, ['raw']), runChild(program)]);
    expect(raw.signal ?? raw.code).toBe('SIGABRT');
    expect(raw.stderr).toContain('Track is not open');
    expect(ours, ours.stderr).toMatchObject({ code: 0, lines: [{ asked: false }] });
  });

  it('garbage for packets and frames, in both directions', async () => {
    const ended = await runChild(new URL('./programs/garbage.ts', import.meta.url));
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
    expect(ended.lines[0]).toMatchObject({ held: 0, threads: 0 });
    expect(ended.lines[0]?.received).toBeGreaterThan(100);
  });

  it('packets that the library refuses, on a track that is paced', async () => {
    const ended = await runChild(new URL('./programs/refused-packets.ts', import.meta.url));
    expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null });
    const two = { text: 2, zero: 2, short: 2, rtcp: 2, old: 2 };
    expect(ended.lines[0]).toEqual({ found: { ...two, again: 0 }, held: 0, threads: 0 });
  });
});
