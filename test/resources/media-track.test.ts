import * as binding from 'node-datachannel';
import { type MediaTrack, memorySignaling, RtcRuntime, type TeardownReport } from 'scoped-rtc';
import { expect, it } from 'scoped-rtc/vitest';
import { describe } from 'vitest';
import type { NativeBinding } from '../../src/native/binding.js';
import { connectedTrack } from '../support/connected-track.js';
import { nextEvent, until } from '../support/event.js';
import { nothingLeft } from '../support/nothing-left.js';

const { Audio } = binding;

/** An RTP packet (RFC 3550) with sequence number `n`. */
function rtp(n: number, ssrc: number): Buffer {
  const packet = Buffer.alloc(12 + 100, n);
  packet[0] = 0x80;
  packet[1] = 96;
  packet.writeUInt16BE(n, 2);
  packet.writeUInt32BE(n * 3000, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

describe('a media track', () => {
  it('carries packets to the peer and is torn down with its connection', async ({ rtc }) => {
    const { sending, receiving } = await connectedTrack(rtc);
    expect(sending).toMatchObject({
      mid: 'video',
      type: 'video',
      direction: 'SendOnly',
      path: 'rtc/alice/track-video',
    });
    expect(receiving).toMatchObject({ mid: 'video', direction: 'RecvOnly' });
    const packets: Buffer[] = [];
    receiving.on('message', (packet) => packets.push(packet as Buffer));
    // RTP is not reliable: sent until some have come.
    for (let n = 1; packets.length < 20 && n < 2000; n++) {
      await sending.send(rtp(n, 42));
      if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => packets.length >= 20, 'twenty packets');
    expect(packets[0]?.readUInt32BE(8)).toBe(42);
    await rtc.disposeAsync();
    await expect(rtc).toHaveTornDown(['bob/track-video', 'bob', 'alice/track-video', 'alice']);
    expect((await sending.closed()).by).toBe('owner');
  });

  it('asks the sender for key frames and less', async ({ rtc }) => {
    const { receiving } = await connectedTrack(rtc);
    expect(typeof receiving.requestKeyframe()).toBe('boolean');
    expect(typeof receiving.requestBitrate(100_000)).toBe('boolean');
  });

  it('can be closed on its own, and before it was ever negotiated', async ({ rtc }) => {
    const { sending } = await connectedTrack(rtc);
    await sending.close();
    expect((await sending.closed()).by).toBe('local');
    const fresh = rtc.createPeerConnection('fresh').addTrack(new Audio('audio', 'SendRecv'));
    const queued = fresh.send(rtp(1, 1));
    await fresh.close();
    await expect(queued).rejects.toMatchObject({ code: 'RTC_UNDELIVERED' });
  });

  it('is not waited for that the library closes in the moment in which it is given back', async () => {
    const native: NativeBinding = {
      ...(binding as unknown as NativeBinding),
      PeerConnection: class extends binding.PeerConnection {
        override addTrack(media: binding.Video | binding.Audio): binding.Track {
          const track = super.addTrack(media);
          // Its own thread closes the track just before the callback is there, and never calls it.
          const onClosed = () => track.close();
          return new Proxy(track, {
            get(_, key) {
              if (key === 'onClosed') return onClosed;
              const member: unknown = Reflect.get(track, key);
              return typeof member === 'function' ? member.bind(track) : member;
            },
          });
        }
      },
    };
    const runtime = new RtcRuntime({ native });
    const reports: TeardownReport[] = [];
    runtime.on('teardown', (report) => reports.push(report));
    {
      await using scope = runtime.scope('app');
      scope.createPeerConnection('pc').addTrack(new Audio('audio', 'SendRecv'));
    }
    expect(reports.flat().filter(({ outcome }) => outcome === 'forced')).toEqual([]);
    expect(reports).toHaveLength(1);
    await nothingLeft(runtime);
  });

  it('of the peer waits for its first listener', async ({ rtc }) => {
    const alice = rtc.createPeerConnection('alice');
    const bob = rtc.createPeerConnection('bob');
    const audio = new Audio('audio', 'SendOnly');
    audio.addOpusCodec(111);
    alice.addTrack(audio);
    alice.createDataChannel('beside');
    const [left, right] = memorySignaling();
    bob.on('track', () => {});
    const seen = nextEvent<[MediaTrack]>(bob, 'track');
    await Promise.all([alice.negotiate(left), bob.negotiate(right)]);
    expect((await seen)[0].type).toBe('audio');
  });
});
