import type { MediaTrack } from 'scoped-rtc';
import { describe, expect, it } from 'vitest';
import { altered } from '../support/altered-signaling.js';
import { until } from '../support/event.js';
import { arrives, camera, mediaPair, settled } from './media-pair.js';
import { mediaRig } from './media-rig.js';

const rig = mediaRig();

const sections = (sdp = '') => [...sdp.matchAll(/^m=(\S+) (\d+)/gm)].map(([, kind]) => kind);

describe('a track beside a data channel', () => {
  it('opens, whichever was made first', async () => {
    for (const channelFirst of [true, false]) {
      const both = mediaPair(rig.scope);
      if (channelFirst) both.alice.createDataChannel('chat');
      const track = both.alice.addTrack(camera(42));
      if (!channelFirst) both.alice.createDataChannel('chat');
      await both.connect();
      await track.opened({ timeout: 20_000 });
      await until(() => both.tracks.length === 1, 'the track at the peer');
      await arrives(track, both.tracks[0] as MediaTrack, 42);
      await Promise.all([both.alice.close(), both.bob.close()]);
    }
  });

  it('opens on a connection that is up, and the channel lives on', async () => {
    const both = mediaPair(rig.scope);
    const chat = both.alice.createDataChannel('chat');
    const received: unknown[] = [];
    both.bob.on('dataChannel', (channel) => channel.on('message', (text) => received.push(text)));
    await both.connect();
    await chat.opened();
    const offers: string[] = [];
    both.alice.on('localDescription', ({ type }) => offers.push(type));
    const track = both.alice.addTrack(camera(42));
    const other = both.alice.addTrack(camera(43, { mid: 'other' }));
    await Promise.all([track.opened({ timeout: 20_000 }), other.opened({ timeout: 20_000 })]);
    await until(() => both.tracks.length === 2, 'the tracks at the peer');
    await settled(both);
    const atBob = (mid: string) => both.tracks.find((one) => one.mid === mid) as MediaTrack;
    await arrives(track, atBob('video'), 42);
    await arrives(other, atBob('other'), 43);
    expect(offers).toEqual(['offer']);
    await chat.send('still here');
    await until(() => received.length === 1, 'the message');
  });

  it('is offered once where the application makes the offer itself', async () => {
    const both = mediaPair(rig.scope);
    both.alice.createDataChannel('chat');
    await both.connect();
    const offers: string[] = [];
    both.alice.on('localDescription', ({ type }) => offers.push(type));
    both.alice.addTrack(camera(42));
    both.alice.setLocalDescription();
    await until(() => both.tracks.length === 1, 'the track at the peer');
    await settled(both);
    expect(offers).toEqual(['offer']);
  });

  it('is offered where nothing was there when the negotiation began', async () => {
    const both = mediaPair(rig.scope);
    const connecting = both.connect();
    const track = both.alice.addTrack(camera(42));
    await connecting;
    await track.opened({ timeout: 20_000 });
    await until(() => both.tracks.length === 1, 'the track at the peer');
  });

  it('is offered by nobody but the application with `disableAutoNegotiation`', async () => {
    const both = mediaPair(rig.scope, { disableAutoNegotiation: true });
    both.alice.createDataChannel('chat');
    await both.connect();
    const track = both.alice.addTrack(camera(42));
    await Promise.resolve();
    expect([track.state, both.alice.signalingState]).toEqual(['opening', 'stable']);
    both.alice.setLocalDescription();
    await until(() => both.tracks.length === 1, 'the track at the peer');
    await settled(both);
  });

  it('says what is missing where there is no media transport', async () => {
    const both = mediaPair(rig.scope, { forceMediaTransport: false }, {});
    const chat = both.alice.createDataChannel('chat');
    await both.connect();
    await chat.opened();
    const track = both.alice.addTrack(camera(42));
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
    const both = mediaPair(rig.scope);
    const back: MediaTrack[] = [];
    both.alice.on('track', (track) => back.push(track));
    const ofAlice = both.alice.addTrack(camera(42));
    const ofBob = both.bob.addTrack(camera(43));
    await both.connect();
    await Promise.all([ofAlice.opened({ timeout: 20_000 }), ofBob.opened({ timeout: 20_000 })]);
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
    const both = mediaPair(rig.scope);
    const ofAlice = both.alice.addTrack(camera(42, { direction: 'SendRecv' }));
    const ofBob = both.bob.addTrack(camera(43, { direction: 'SendRecv' }));
    await both.connect();
    await Promise.all([ofAlice.opened({ timeout: 20_000 }), ofBob.opened({ timeout: 20_000 })]);
    await arrives(ofAlice, ofBob, 42);
    await arrives(ofBob, ofAlice, 43);
    expect(both.tracks).toEqual([]);
    expect(sections(both.alice.localDescription()?.sdp)).toEqual(['video']);
  });

  it('are one section where one sends and the other receives', async () => {
    const both = mediaPair(rig.scope);
    const ofAlice = both.alice.addTrack(camera(42));
    const ofBob = both.bob.addTrack({ kind: 'video', direction: 'RecvOnly', codecs: camera(1).codecs });
    await both.connect();
    await Promise.all([ofAlice.opened({ timeout: 20_000 }), ofBob.opened({ timeout: 20_000 })]);
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
  /** As pion writes it: only its place says which section it is. */
  const withoutMid = (sdp: string) =>
    rejecting(sdp).replace(
      /^m=video 0[^]*?(?=^m=|$(?![^]))/m,
      'm=video 0 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n',
    );

  for (const [how, change] of [
    ['plainly', rejecting],
    ['with a transport of its own', withTransport],
    ['without a mid', withoutMid],
  ] as const) {
    it(`ends its track with the reason, and the connection comes up (${how})`, async () => {
      for (const trackFirst of [true, false]) {
        const both = mediaPair(rig.scope);
        if (!trackFirst) both.alice.createDataChannel('first');
        const track = both.alice.addTrack(camera(42));
        const errors: unknown[] = [];
        track.on('error', (error) => errors.push(error));
        const chat = both.alice.createDataChannel('chat');
        await both.connect((signaling) => altered(signaling, change));
        await chat.opened({ timeout: 20_000 });
        await expect(track.opened()).rejects.toMatchObject({
          code: 'RTC_NATIVE',
          message: expect.stringMatching(/rejected the media section 'video'/),
        });
        expect(await track.closed()).toMatchObject({ by: 'error', reason: errors[0] });
        await Promise.all([both.alice.close(), both.bob.close()]);
      }
    });
  }
});

it('a data section that the peer rejects ends the channels that wait for it, and the media goes on', async () => {
  const both = mediaPair(rig.scope);
  const track = both.alice.addTrack(camera(42));
  const openings = ['one', 'two'].map((name) => {
    const chat = both.alice.createDataChannel(name);
    return [chat, chat.opened()] as const;
  });
  const rejecting = (sdp: string) =>
    sdp.replace(/^m=application \d+/m, 'm=application 0').replace(/(BUNDLE video) \S+/, '$1');
  // Only alice reads that: bob goes on waiting for the data channels, and so does what waits for both.
  both.connect((signaling) => altered(signaling, rejecting)).catch(() => {});
  for (const [chat, opened] of openings) {
    await expect(opened).rejects.toMatchObject({
      code: 'RTC_NATIVE',
      message: expect.stringMatching(/the peer takes no data channels/),
    });
    expect(await chat.closed()).toMatchObject({ by: 'error' });
  }
  await Promise.all([both.alice.connected({ timeout: 20_000 }), track.opened({ timeout: 20_000 })]);
});
