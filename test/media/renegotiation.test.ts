import {
  type MediaDescription,
  type MediaTrack,
  memorySignaling,
  type PeerConnection,
  type PeerConnectionConfig,
  type Signaling,
} from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import { altered } from '../support/altered-signaling.js';
import { nextEvent, until } from '../support/event.js';
import { mediaRig } from './media-rig.js';
import { countPackets, sendUntil } from './packets.js';

const rig = mediaRig();

function camera(ssrc: number, rest: Partial<MediaDescription> = {}): MediaDescription {
  return {
    kind: 'video',
    direction: 'SendOnly',
    codecs: [{ codec: 'VP8', payloadType: 96 }],
    sources: [{ ssrc, name: 'camera' }],
    ...rest,
  };
}

interface Pair {
  readonly alice: PeerConnection;
  readonly bob: PeerConnection;
  /** What `bob` has heard of, in order. */
  readonly tracks: MediaTrack[];
  connect(change?: (signaling: Signaling) => Signaling): Promise<void>;
}

function pair(config: PeerConnectionConfig = {}): Pair {
  const alice = rig.scope.createPeerConnection('alice', config);
  const bob = rig.scope.createPeerConnection('bob', config);
  const tracks: MediaTrack[] = [];
  bob.on('track', (track) => tracks.push(track));
  return {
    alice,
    bob,
    tracks,
    async connect(change = (signaling) => signaling) {
      const [near, far] = memorySignaling();
      await Promise.all([alice.negotiate(change(near)), bob.negotiate(far)]);
    },
  };
}

/** Both have signaled all that there was to signal. */
async function settled({ alice, bob }: Pair): Promise<void> {
  await until(() => alice.signalingState === 'stable' && bob.signalingState === 'stable', 'stable');
}

async function arrives(sending: MediaTrack, receiving: MediaTrack, ssrc: number): Promise<void> {
  const seen = countPackets(receiving, ssrc);
  await sendUntil(sending, ssrc, () => seen.count >= 5);
}

const sections = (sdp = '') => [...sdp.matchAll(/^m=(\S+) (\d+)/gm)].map(([, kind]) => kind);
const directions = (sdp = '') =>
  [...sdp.matchAll(/^a=(sendrecv|sendonly|recvonly|inactive)/gm)].map((m) => m[1]);

describe('a track beside a data channel', () => {
  it('opens, whichever was made first', async () => {
    for (const channelFirst of [true, false]) {
      const both = pair();
      if (channelFirst) both.alice.createDataChannel('chat');
      const track = both.alice.addTrack(camera(42));
      if (!channelFirst) both.alice.createDataChannel('chat');
      await both.connect();
      await track.opened({ timeout: 5000 });
      await until(() => both.tracks.length === 1, 'the track at the peer');
      await arrives(track, both.tracks[0] as MediaTrack, 42);
      await Promise.all([both.alice.close(), both.bob.close()]);
    }
  });

  it('opens on a connection that is up, and the channel lives on', async () => {
    const both = pair();
    const chat = both.alice.createDataChannel('chat');
    const heard: unknown[] = [];
    both.bob.on('dataChannel', (channel) => channel.on('message', (text) => heard.push(text)));
    await both.connect();
    await chat.opened();
    const track = both.alice.addTrack(camera(42));
    both.alice.setLocalDescription();
    await track.opened({ timeout: 5000 });
    await until(() => both.tracks.length === 1, 'the track at the peer');
    await arrives(track, both.tracks[0] as MediaTrack, 42);
    await chat.send('still here');
    await until(() => heard.length === 1, 'the message');
  });

  it('says what is missing where there is no media transport', async () => {
    const both = pair({ forceMediaTransport: false });
    const chat = both.alice.createDataChannel('chat');
    await both.connect();
    await chat.opened();
    const track = both.alice.addTrack(camera(42));
    both.alice.setLocalDescription();
    await expect(track.opened({ timeout: 5000 })).rejects.toMatchObject({
      code: 'RTC_NATIVE',
      message: expect.stringContaining('forceMediaTransport'),
    });
    expect((await track.closed()).by).toBe('error');
    expect(chat.state).toBe('open');
  });
});

describe('tracks that both sides add with the default mid', () => {
  it('are two sections where both only send', async () => {
    const both = pair();
    const back: MediaTrack[] = [];
    both.alice.on('track', (track) => back.push(track));
    const ofAlice = both.alice.addTrack(camera(42));
    const ofBob = both.bob.addTrack(camera(43));
    await both.connect();
    await Promise.all([ofAlice.opened({ timeout: 5000 }), ofBob.opened({ timeout: 5000 })]);
    await until(() => both.tracks.length === 1 && back.length === 1, 'a track at each end');
    const [atBob, atAlice] = [both.tracks[0] as MediaTrack, back[0] as MediaTrack];
    await arrives(ofAlice, atBob, 42);
    await arrives(ofBob, atAlice, 43);
    await settled(both);
    expect(ofAlice.mid).toBe(atBob.mid);
    expect(ofBob.mid).toBe(atAlice.mid);
    expect(new Set([ofAlice.mid, ofBob.mid])).toEqual(new Set(['video', 'video-2']));
    for (const pc of [both.alice, both.bob]) {
      const [local, remote] = [pc.localDescription()?.sdp, pc.remoteDescription()?.sdp];
      expect(local?.match(/^a=mid:.*/gm)).toEqual(remote?.match(/^a=mid:.*/gm));
    }
  });

  it('are one section where both send and receive', async () => {
    const both = pair();
    const ofAlice = both.alice.addTrack(camera(42, { direction: 'SendRecv' }));
    const ofBob = both.bob.addTrack(camera(43, { direction: 'SendRecv' }));
    await both.connect();
    await Promise.all([ofAlice.opened({ timeout: 5000 }), ofBob.opened({ timeout: 5000 })]);
    await arrives(ofAlice, ofBob, 42);
    await arrives(ofBob, ofAlice, 43);
    expect(both.tracks).toEqual([]);
    expect(sections(both.alice.localDescription()?.sdp)).toEqual(['video']);
  });

  it('are one section where one sends and the other receives', async () => {
    const both = pair();
    const ofAlice = both.alice.addTrack(camera(42));
    const ofBob = both.bob.addTrack({ kind: 'video', direction: 'RecvOnly', codecs: camera(1).codecs });
    await both.connect();
    await Promise.all([ofAlice.opened({ timeout: 5000 }), ofBob.opened({ timeout: 5000 })]);
    await arrives(ofAlice, ofBob, 42);
    expect(both.tracks).toEqual([]);
  });
});

describe('a media section that the peer rejects', () => {
  const rejecting = (sdp: string) =>
    sdp.replace(/^m=video \d+/m, 'm=video 0').replace(/(BUNDLE.*) video/, '$1');
  /** As libwebrtc writes a rejected section: with a transport that nobody has. */
  const withTransport = (sdp: string) =>
    rejecting(sdp).replace(
      /(^m=video 0[^]*?a=ice-ufrag:)[^]*?(\r\na=ice-pwd:)\S+/m,
      '$1nobody$2nobodynobodynobodynobody',
    );

  for (const [how, change] of [
    ['plainly', rejecting],
    ['with a transport of its own', withTransport],
  ] as const) {
    it(`ends its track with the reason, and the connection comes up (${how})`, async () => {
      for (const trackFirst of [true, false]) {
        const both = pair();
        if (!trackFirst) both.alice.createDataChannel('first');
        const track = both.alice.addTrack(camera(42));
        const errors: unknown[] = [];
        track.on('error', (error) => errors.push(error));
        const chat = both.alice.createDataChannel('chat');
        const opened = track.opened();
        opened.catch(() => {});
        await both.connect((signaling) => altered(signaling, change));
        await chat.opened({ timeout: 5000 });
        await expect(opened).rejects.toMatchObject({
          code: 'RTC_NATIVE',
          message: expect.stringMatching(/rejected the media section 'video'/),
        });
        expect(await track.closed()).toMatchObject({ by: 'error', reason: errors[0] });
        await Promise.all([both.alice.close(), both.bob.close()]);
      }
    });
  }
});

describe('track.direction', () => {
  it('is what the peer agreed to, and pauses and resumes the track by an offer', async () => {
    const both = pair();
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
      expect((await before.closed({ timeout: 5000 })).by).toBe('remote');
      await settled(both);
      expect(directions(both.bob.localDescription()?.sdp)).toEqual(['inactive']);
      expect(track.state).toBe('open');
      track.direction = 'SendOnly';
      await until(() => both.tracks.length === round + 1, 'the track again');
      await settled(both);
      const again = both.tracks[round] as MediaTrack;
      expect([track.direction, again.direction, again.mid]).toEqual(['SendOnly', 'RecvOnly', 'video']);
      await again.opened({ timeout: 5000 });
      await arrives(track, again, 42);
    }
  });

  it('widens a track of the peer when its own side asks for it', async () => {
    const both = pair();
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
    const both = pair();
    const track = both.alice.addTrack(camera(42, { direction: 'SendRecv' }));
    await both.connect();
    await until(() => both.tracks.length === 1, 'the track');
    const atBob = both.tracks[0] as MediaTrack;
    await Promise.all([track.opened(), atBob.opened()]);
    track.direction = 'RecvOnly';
    await settled(both);
    const seen = countPackets(atBob, 42);
    for (let n = 0; n < 50; n++) await track.send(Buffer.concat([Buffer.from([0x80, 96]), Buffer.alloc(58)]));
    await arrives(atBob, track, 7);
    expect(seen.count).toBe(0);
  });

  it('is asked for again where the offers of both sides crossed', async () => {
    const both = pair();
    const ofAlice = both.alice.addTrack(camera(42, { direction: 'SendRecv', mid: 'a' }));
    const ofBob = both.bob.addTrack(camera(43, { direction: 'SendRecv', mid: 'b' }));
    await both.connect();
    await Promise.all([ofAlice.opened({ timeout: 5000 }), ofBob.opened({ timeout: 5000 })]);
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
    const both = pair({ disableAutoNegotiation: true });
    const track = both.alice.addTrack(camera(42));
    await both.connect();
    await track.opened({ timeout: 5000 });
    await until(() => both.tracks.length === 1, 'the track');
    const offered = both.alice.localDescription()?.sdp;
    track.direction = 'Inactive';
    expect(both.alice.signalingState).toBe('stable');
    expect(offered).toContain('a=sendonly');
    both.alice.setLocalDescription('offer');
    expect((await (both.tracks[0] as MediaTrack).closed({ timeout: 5000 })).by).toBe('remote');
  });

  it('refuses what is none, and a closed track', async () => {
    const { alice } = pair();
    const track = alice.addTrack(camera(42));
    expect(() => (track.direction = 'sendonly' as never)).toThrow(TypeError);
    await track.close();
    expect(() => (track.direction = 'SendOnly')).toThrow(expect.objectContaining({ code: 'RTC_CLOSED' }));
  });
});

describe('track.stop()', () => {
  it('ends the track at both ends, and its mid may be asked for again', async () => {
    const both = pair();
    both.alice.createDataChannel('chat');
    let track = both.alice.addTrack(camera(42));
    await both.connect();
    for (let round = 1; round <= 3; round++) {
      await track.opened({ timeout: 5000 });
      await until(() => both.tracks.length === round, 'the track at the peer');
      const atBob = both.tracks[round - 1] as MediaTrack;
      await atBob.opened({ timeout: 5000 });
      await arrives(track, atBob, 41 + round);
      await Promise.all([track.stop(), track.stop()]);
      expect((await track.closed()).by).toBe('local');
      expect((await atBob.closed({ timeout: 5000 })).by).toBe('remote');
      await settled(both);
      track = both.alice.addTrack(camera(42 + round));
      both.alice.setLocalDescription('offer');
    }
    expect(track.mid).toBe('video-4');
  });

  it('is what the peer does, too', async () => {
    const both = pair();
    const track = both.alice.addTrack(camera(42));
    both.alice.createDataChannel('chat');
    await both.connect();
    await until(() => both.tracks.length === 1, 'the track');
    await (both.tracks[0] as MediaTrack).stop();
    expect((await track.closed({ timeout: 5000 })).by).toBe('remote');
    await settled(both);
    const other = both.alice.addTrack(camera(43, { mid: 'other' }));
    both.alice.setLocalDescription('offer');
    await until(() => both.tracks.length === 2, 'another track');
    await arrives(other, both.tracks[1] as MediaTrack, 43);
  });

  it('before any negotiation leaves the mid as it was', async () => {
    const both = pair();
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
    const both = pair();
    both.alice.createDataChannel('chat');
    const track = both.alice.addTrack(camera(42));
    await both.connect();
    await track.opened({ timeout: 5000 });
    await settled(both);
    const told = nextEvent<[{ type: string; sdp: string }]>(both.bob, 'localDescription');
    const offer = (both.bob.remoteDescription()?.sdp ?? '').replace('a=sendonly', 'a=inactive');
    both.bob.setRemoteDescription(offer, 'offer');
    const [answer] = await told;
    expect(answer.type).toBe('answer');
    expect(directions(answer.sdp)).toContain('inactive');
    expect(directions(answer.sdp)).not.toContain('recvonly');
  });
});
