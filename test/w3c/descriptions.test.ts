import { describe, expect, it, vi } from 'vitest';
import type { PeerConnection } from '../../src/compat/w3c/w3c-types.js';
import { once, Pair } from './pair.js';

const named = (name: string) => expect.objectContaining({ name });
const offerOf = async (pc: PeerConnection) => (await pc.createOffer()) as { type: 'offer'; sdp: string };

describe('descriptions without media sections', () => {
  it('are offered and answered, and the connection can get channels afterwards', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription as never);
    expect(far.signalingState).toBe('have-remote-offer');
    await expect(far.createOffer()).rejects.toThrow(named('InvalidStateError'));
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription as never);
    expect([near.signalingState, far.signalingState]).toEqual(['stable', 'stable']);
    const [channel] = await pair.channel();
    expect(channel.readyState).toBe('open');
  });

  it('leave the candidates of the next offer held back until its answer is set (H48)', async () => {
    vi.useFakeTimers(); // no second passes, after which they are emitted without an answer
    try {
      await using pair = new Pair();
      const { near, far } = pair;
      await near.setLocalDescription();
      await far.setRemoteDescription(near.localDescription as never);
      await far.setLocalDescription();
      await near.setRemoteDescription(far.localDescription as never);
      const states = new Set<string>();
      near.addEventListener('icecandidate', () => states.add(near.signalingState));
      await pair.channel();
      expect([...states]).toEqual(['stable']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('take the place of an offer of channels, which are offered again', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    near.createDataChannel('chat');
    await near.setLocalDescription();
    await near.setRemoteDescription(await offerOf(far));
    expect(near).toMatchObject({ signalingState: 'have-remote-offer', pendingLocalDescription: null });
    const needed = once(near, 'negotiationneeded');
    await near.setLocalDescription();
    await needed;
    expect((await offerOf(near)).sdp).toContain('m=application');
  });

  it('may be pranswers before the answer', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription as never);
    const { sdp } = await far.createAnswer();
    await far.setLocalDescription({ type: 'pranswer', sdp });
    await near.setRemoteDescription({ type: 'pranswer', sdp });
    expect([near.signalingState, far.signalingState]).toEqual([
      'have-remote-pranswer',
      'have-local-pranswer',
    ]);
    await far.setLocalDescription({ type: 'answer', sdp });
    await near.setRemoteDescription({ type: 'answer', sdp });
    expect([near.signalingState, far.signalingState]).toEqual(['stable', 'stable']);
  });
});

describe('a description that is set', () => {
  it('is seen when the promise has resolved, as one object', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    const offer = await offerOf(near);
    expect(await offerOf(near)).toEqual(offer);
    const done = near.setLocalDescription(offer);
    expect(near).toMatchObject({ pendingLocalDescription: null, signalingState: 'stable' });
    await done;
    expect(near.pendingLocalDescription).toBe(near.localDescription);
    const taken = far.setRemoteDescription(offer);
    expect(far.pendingRemoteDescription).toBeNull();
    await taken;
    expect(far.pendingRemoteDescription).toBe(far.remoteDescription);
  });

  it('neither resolves nor rejects when the connection is closed before that, and later calls reject', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    const settled: string[] = [];
    const note = (name: string) => () => settled.push(name);
    near.setLocalDescription().then(note('local'), note('local failed'));
    near.close();
    far.setRemoteDescription({ type: 'offer', sdp: 'v=0\r\n' }).then(note('remote'), note('remote failed'));
    await pair.scopes[1].disposeAsync();
    await expect(near.setLocalDescription()).rejects.toThrow(named('InvalidStateError'));
    await expect(near.addIceCandidate(null)).rejects.toThrow(named('InvalidStateError'));
    await expect(far.createOffer()).rejects.toThrow(named('InvalidStateError'));
    expect(settled).toEqual([]);
  });

  it('is refused where RTCP would need a port of its own', async () => {
    await using pair = new Pair();
    const sdp =
      'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n';
    await expect(pair.near.setRemoteDescription({ type: 'offer', sdp })).rejects.toThrow(
      named('InvalidAccessError'),
    );
    expect(pair.near.signalingState).toBe('stable');
  });

  it.each(['v=0', 'v=0\r\ngarbage\r\n', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n<html>502 Bad Gateway</html>\r\n'])(
    'is refused where it is no description: %j',
    async (sdp) => {
      await using pair = new Pair();
      await expect(pair.near.setRemoteDescription({ type: 'offer', sdp })).rejects.toThrow(
        named('OperationError'),
      );
      expect(pair.near.signalingState).toBe('stable');
    },
  );
});

describe('a candidate', () => {
  it('is taken for each media section by the credentials of that section', async () => {
    await using pair = new Pair();
    const { near } = pair;
    const section = (mid: string) =>
      `m=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=mid:${mid}\r\na=ice-ufrag:user${mid}\r\n` +
      `a=ice-pwd:aLongEnoughPasswordOf${mid}\r\na=setup:actpass\r\na=rtcp-mux\r\na=sendrecv\r\n` +
      `a=fingerprint:sha-256 ${Array(32).fill('00').join(':')}\r\n`;
    const sdp = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n${section('a')}${section('b')}`;
    await near.setRemoteDescription({ type: 'offer', sdp });
    const candidate = 'candidate:1 1 UDP 2013266431 127.0.0.1 9 typ host';
    await near.addIceCandidate({ candidate, sdpMid: 'b', usernameFragment: 'userb' });
    expect(near.remoteDescription?.sdp.split('m=audio')[2]).toContain(candidate);
    await expect(near.addIceCandidate({ candidate, sdpMid: 'b', usernameFragment: 'usera' })).rejects.toThrow(
      named('OperationError'),
    );
  });

  it('names a section of the description also where the one that it was found for is in none', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    const candidates: { sdpMid: string | null }[] = [];
    far.onicecandidate = ({ candidate }) => candidate && candidates.push(candidate);
    const ended = new Promise<void>((resolve) => {
      far.addEventListener('icecandidate', (event) => {
        if ((event as Event & { candidate: unknown }).candidate === null) resolve();
      });
    });
    // The offer of far, with a data section, is given up for one of near in which nothing is left.
    far.createDataChannel('chat');
    await far.setLocalDescription();
    const stopped = near.addTransceiver('audio');
    await near.setLocalDescription();
    const { type, sdp } = near.localDescription!;
    expect(stopped.mid).not.toBeNull();
    await far.setRemoteDescription({ type, sdp: sdp.replaceAll(/^m=audio \d+/gm, 'm=audio 0') });
    await far.setLocalDescription();
    await ended;
    expect(candidates.length).toBeGreaterThan(0);
    for (const { sdpMid } of candidates) expect(sdpMid).toBe(stopped.mid);
  });
});
