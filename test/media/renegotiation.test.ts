import type { MediaTrack, PeerConnection } from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import { nextEvent, until } from '../support/event.js';
import { arrives, camera, mediaPair, settled } from './media-pair.js';
import { mediaRig } from './media-rig.js';
import { countPackets } from './packets.js';

const rig = mediaRig();

const directions = (sdp = '') =>
  [...sdp.matchAll(/^a=(sendrecv|sendonly|recvonly|inactive)/gm)].map((m) => m[1]);

describe('track.direction', () => {
  it('is what the peer agreed to, and pauses and resumes the track by an offer', async () => {
    const both = mediaPair(rig.scope);
    const track = both.alice.addTrack(camera(42));
    await both.connect();
    await until(() => both.tracks.length === 1, 'the track');
    const first = both.tracks[0] as MediaTrack;
    await Promise.all([track.opened(), first.opened()]);
    expect([track.direction, first.direction]).toEqual(['SendOnly', 'RecvOnly']);
    for (let round = 1; round <= 3; round++) {
      const before = both.tracks.at(-1) as MediaTrack;
      track.direction = 'Inactive';
      expect(track.direction).toBe('Inactive');
      expect((await before.closed({ timeout: 20_000 })).by).toBe('remote');
      await settled(both);
      expect(directions(both.bob.localDescription()?.sdp)).toEqual(['inactive']);
      expect(track.state).toBe('open');
      track.direction = 'SendOnly';
      await until(() => both.tracks.length === round + 1, 'the track again');
      await settled(both);
      const again = both.tracks[round] as MediaTrack;
      expect([track.direction, again.direction, again.mid]).toEqual(['SendOnly', 'RecvOnly', 'video']);
      await again.opened({ timeout: 20_000 });
      await arrives(track, again, 42);
    }
  });

  it('that no longer sends ends the track at the peer, unless that sends by it', async () => {
    for (const answers of [false, true]) {
      const both = mediaPair(rig.scope);
      const track = both.alice.addTrack(camera(42, { direction: 'SendRecv' }));
      await both.connect();
      await until(() => both.tracks.length === 1, 'the track');
      const atBob = both.tracks[0] as MediaTrack;
      await Promise.all([track.opened(), atBob.opened()]);
      if (answers) await arrives(atBob, track, 7);
      track.direction = 'RecvOnly';
      if (answers) await until(() => atBob.direction === 'SendOnly', 'the offer');
      else expect((await atBob.closed({ timeout: 20_000 })).by).toBe('remote');
      await settled(both);
      expect(track.direction).toBe(answers ? 'RecvOnly' : 'Inactive');
      track.direction = 'SendRecv';
      await until(() => both.tracks.length === (answers ? 1 : 2), 'the track again');
      await settled(both);
      await arrives(track, both.tracks.at(-1) as MediaTrack, 42);
      if (answers) await arrives(atBob, track, 7);
      await Promise.all([both.alice.close(), both.bob.close()]);
    }
  });

  it('widens a track of the peer when its own side asks for it', async () => {
    const both = mediaPair(rig.scope);
    const ofAlice = both.alice.addTrack(camera(42, { direction: 'SendRecv' }));
    await both.connect();
    await until(() => both.tracks.length === 1, 'the track');
    const atBob = both.tracks[0] as MediaTrack;
    await Promise.all([ofAlice.opened(), atBob.opened()]);
    expect(atBob.direction).toBe('SendRecv');
    atBob.direction = 'RecvOnly';
    await until(() => ofAlice.direction === 'SendOnly', 'the answer');
    await settled(both);
    atBob.direction = 'SendRecv';
    await until(() => atBob.direction === 'SendRecv' && ofAlice.direction === 'SendRecv', 'the answer');
    await arrives(ofAlice, atBob, 42);
    // The library knows whose packets these are by the source that is named; alone in the connection it needs none.
    await arrives(atBob, ofAlice, 7);
  });

  it('discards what is sent while it does not send', async () => {
    const both = mediaPair(rig.scope);
    const track = both.alice.addTrack(camera(42, { direction: 'SendRecv' }));
    await both.connect();
    await until(() => both.tracks.length === 1, 'the track');
    const atBob = both.tracks[0] as MediaTrack;
    await Promise.all([track.opened(), atBob.opened()]);
    await arrives(atBob, track, 7);
    track.direction = 'RecvOnly';
    await settled(both);
    const seen = countPackets(atBob, 42);
    for (let n = 0; n < 50; n++) await track.send(Buffer.concat([Buffer.from([0x80, 96]), Buffer.alloc(58)]));
    await arrives(atBob, track, 7);
    expect(seen.count).toBe(0);
  });

  it('is asked for again where the offers of both sides crossed', async () => {
    const both = mediaPair(rig.scope);
    const ofAlice = both.alice.addTrack(camera(42, { direction: 'SendRecv', mid: 'a' }));
    const ofBob = both.bob.addTrack(camera(43, { direction: 'SendRecv', mid: 'b' }));
    await both.connect();
    await Promise.all([ofAlice.opened({ timeout: 20_000 }), ofBob.opened({ timeout: 20_000 })]);
    await settled(both);
    ofAlice.direction = 'SendOnly';
    ofBob.direction = 'SendOnly';
    const at = (pc: PeerConnection, mid: string) =>
      new RegExp(`a=mid:${mid}\\r\\n[^]*?a=(\\w+)\\r`).exec(pc.remoteDescription()?.sdp ?? '')?.[1];
    await until(
      () => at(both.alice, 'b') === 'sendonly' && at(both.bob, 'a') === 'sendonly',
      'both directions',
    );
    await settled(both);
  });

  it('waits for an offer of the user with disableAutoNegotiation', async () => {
    const both = mediaPair(rig.scope, { disableAutoNegotiation: true });
    const track = both.alice.addTrack(camera(42));
    await both.connect();
    await track.opened({ timeout: 20_000 });
    await until(() => both.tracks.length === 1, 'the track');
    const offered = both.alice.localDescription()?.sdp;
    track.direction = 'Inactive';
    expect(both.alice.signalingState).toBe('stable');
    expect(offered).toContain('a=sendonly');
    both.alice.setLocalDescription('offer');
    expect((await (both.tracks[0] as MediaTrack).closed({ timeout: 20_000 })).by).toBe('remote');
  });

  it('refuses what is none, and a closed track', async () => {
    const { alice } = mediaPair(rig.scope);
    const track = alice.addTrack(camera(42));
    expect(() => (track.direction = 'sendonly' as never)).toThrow(TypeError);
    await track.close();
    expect(() => (track.direction = 'SendOnly')).toThrow(expect.objectContaining({ code: 'RTC_CLOSED' }));
  });
});

describe('track.stop()', () => {
  it('ends the track at both ends, and its mid may be asked for again', async () => {
    const both = mediaPair(rig.scope);
    both.alice.createDataChannel('chat');
    let track = both.alice.addTrack(camera(42));
    await both.connect();
    for (let round = 1; round <= 3; round++) {
      await track.opened({ timeout: 20_000 });
      await until(() => both.tracks.length === round, 'the track at the peer');
      const atBob = both.tracks[round - 1] as MediaTrack;
      await atBob.opened({ timeout: 20_000 });
      await arrives(track, atBob, 41 + round);
      await Promise.all([track.stop(), track.stop()]);
      expect((await track.closed()).by).toBe('local');
      expect((await atBob.closed({ timeout: 20_000 })).by).toBe('remote');
      await settled(both);
      track = both.alice.addTrack(camera(42 + round));
      both.alice.setLocalDescription('offer');
    }
    expect(track.mid).toBe('video-4');
  });

  it('is what the peer does, too', async () => {
    const both = mediaPair(rig.scope);
    const track = both.alice.addTrack(camera(42));
    both.alice.createDataChannel('chat');
    await both.connect();
    await until(() => both.tracks.length === 1, 'the track');
    await (both.tracks[0] as MediaTrack).stop();
    expect((await track.closed({ timeout: 20_000 })).by).toBe('remote');
    await settled(both);
    const other = both.alice.addTrack(camera(43, { mid: 'other' }));
    both.alice.setLocalDescription('offer');
    await until(() => both.tracks.length === 2, 'another track');
    await arrives(other, both.tracks[1] as MediaTrack, 43);
  });

  it('before any negotiation leaves the mid as it was', async () => {
    const both = mediaPair(rig.scope);
    await both.alice.addTrack(camera(42)).stop();
    const track = both.alice.addTrack(camera(43));
    expect(track.mid).toBe('video');
    await both.connect();
    await until(() => both.tracks.length === 1, 'the track');
    expect(both.tracks[0]?.mid).toBe('video');
    await arrives(track, both.tracks[0] as MediaTrack, 43);
  });
});

describe('an answer', () => {
  it('never says more than the offer allows', async () => {
    const both = mediaPair(rig.scope);
    both.alice.createDataChannel('chat');
    const track = both.alice.addTrack(camera(42));
    await both.connect();
    await track.opened({ timeout: 20_000 });
    await settled(both);
    const reported = nextEvent<[{ type: string; sdp: string }]>(both.bob, 'localDescription');
    const offer = (both.bob.remoteDescription()?.sdp ?? '').replace('a=sendonly', 'a=inactive');
    both.bob.setRemoteDescription(offer, 'offer');
    const [answer] = await reported;
    expect(answer.type).toBe('answer');
    expect(directions(answer.sdp)).toContain('inactive');
    expect(directions(answer.sdp)).not.toContain('recvonly');
  });
});
