import { describe, expect, it, vi } from 'vitest';
import type { PeerConnection } from '../../src/compat/w3c/w3c-types.js';
import { withOtherFingerprint } from '../support/altered-signaling.js';
import { until } from '../support/event.js';
import { once, Pair } from './pair.js';

const named = (name: string) => expect.objectContaining({ name });

describe('negotiationneeded', () => {
  it('comes once, in stable, and again only for what is new', async () => {
    await using pair = new Pair();
    let events = 0;
    pair.near.addEventListener('negotiationneeded', () => {
      events += 1;
      expect(pair.near.signalingState).toBe('stable');
    });
    pair.near.createDataChannel('first');
    const [second] = await pair.channel();
    expect(second.readyState).toBe('open');
    expect(events).toBe(1);
    pair.near.restartIce();
    await once(pair.near, 'negotiationneeded');
    expect(events).toBe(2);
  });

  it('at both ends at once is settled by perfect negotiation', async () => {
    await using pair = new Pair();
    const arrived = Promise.all([once(pair.near, 'datachannel'), once(pair.far, 'datachannel')]);
    pair.near.createDataChannel('of near');
    pair.far.createDataChannel('of far');
    pair.negotiate();
    await arrived;
    // As in Chromium, a channel may be there before the event that says `connected`.
    await until(() => pair.near.connectionState === 'connected', 'near is connected');
  });
});

describe('candidates', () => {
  it('end with null, once, behind the others; the description has those that were emitted', async () => {
    await using pair = new Pair();
    const seen: unknown[] = [];
    const ended = new Promise<void>((resolve) => {
      pair.near.onicecandidate = ({ candidate }) => {
        seen.push(candidate);
        const shown = pair.near.localDescription?.sdp ?? '';
        if (candidate) expect(shown).toContain(candidate.candidate);
        else resolve();
      };
    });
    pair.near.createDataChannel('chat');
    await pair.near.setLocalDescription(await pair.near.createOffer());
    expect(pair.near.localDescription?.sdp).not.toContain('a=candidate');
    await ended;
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.filter((candidate) => candidate === null)).toHaveLength(1);
    expect(seen.at(-1)).toBeNull();
  });

  it('are in the description once gathering is complete, without a wait for the answer', async () => {
    await using pair = new Pair();
    pair.near.createDataChannel('chat');
    const reported: string[] = [];
    pair.near.onicegatheringstatechange = () => reported.push(pair.near.iceGatheringState);
    await pair.near.setLocalDescription();
    while (pair.near.iceGatheringState !== 'complete') await once(pair.near, 'icegatheringstatechange');
    expect(reported).toEqual(['gathering', 'complete']);
    expect(pair.near.localDescription?.sdp).toContain('a=candidate');
  });

  it('are in a description that is read later than it would be sent with trickle ICE', async () => {
    await using pair = new Pair();
    pair.near.createDataChannel('chat');
    pair.near.setLocalDescription();
    await until(() => pair.near.localDescription?.sdp.includes('a=candidate') === true, 'the candidates');
  });

  it('come at once to who has said that the peer gets no later ones', async () => {
    await using pair = new Pair();
    pair.near.createDataChannel('chat');
    const { type, sdp } = await pair.near.createOffer();
    // As simple-peer does with `trickle: false`.
    const ended = new Promise<void>((resolve) => {
      pair.near.onicecandidate = ({ candidate }) => candidate === null && resolve();
    });
    await pair.near.setLocalDescription({ type, sdp: sdp.replace(/a=ice-options:trickle\s\n/g, '') });
    await ended;
  });
});

describe('states', () => {
  it('a failed handshake is failed where it was noticed, and closed nowhere', async () => {
    await using pair = new Pair();
    const reported: [near: string[], far: string[]] = [[], []];
    pair.near.onconnectionstatechange = () => reported[0].push(pair.near.connectionState);
    pair.far.onconnectionstatechange = () => reported[1].push(pair.far.connectionState);
    const failed = new Promise<void>((resolve) => {
      pair.near.addEventListener(
        'connectionstatechange',
        () => pair.near.connectionState === 'failed' && resolve(),
      );
    });
    pair.near.createDataChannel('chat');
    pair.negotiate(withOtherFingerprint);
    await failed;
    expect(reported[0]).toEqual(['connecting', 'failed']);
    expect(reported[1]).not.toContain('closed');
    pair.near.close();
    expect(pair.near.connectionState).toBe('closed');
    expect(reported[0]).not.toContain('closed');
  });

  it('a peer that closes is disconnected, and failed once the channels have ended', async () => {
    await using pair = new Pair();
    const [, far] = await pair.channel();
    const reported: string[] = [];
    far.onclose = () => reported.push('channel');
    const failed = new Promise<void>((resolve) => {
      pair.far.onconnectionstatechange = () => {
        reported.push(pair.far.connectionState);
        if (pair.far.connectionState === 'failed') resolve();
      };
    });
    pair.near.close();
    await failed;
    expect(reported.at(-1)).toBe('failed');
    expect(reported).toContain('channel');
    expect(reported).not.toContain('closed');
  });

  it('the end of the scope is closed, and reported', async () => {
    await using pair = new Pair();
    await pair.channel();
    const reported = once(pair.near, 'connectionstatechange');
    await pair.scopes[0].disposeAsync();
    await reported;
    expect(pair.near).toMatchObject({ connectionState: 'closed', signalingState: 'closed' });
    await expect(pair.near.createOffer()).rejects.toThrow(named('InvalidStateError'));
  });

  it('sctp is null until data channels were negotiated', async () => {
    await using pair = new Pair();
    expect(pair.near.sctp).toBeNull();
    await pair.channel();
    expect(pair.near.sctp?.maxMessageSize).toBeGreaterThan(65_535);
  });
});

describe('calls', () => {
  it('createOffer() without a channel resolves', async () => {
    await using pair = new Pair();
    const offer = await pair.near.createOffer();
    expect(offer).toMatchObject({ type: 'offer', sdp: expect.not.stringContaining('m=') });
    await pair.near.setLocalDescription(offer);
    expect(pair.near.signalingState).toBe('have-local-offer');
    await pair.near.setLocalDescription({ type: 'rollback' });
    expect(pair.near.signalingState).toBe('stable');
  });

  it('a remote offer can be rolled back, and replaced', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    near.createDataChannel('chat');
    await near.setLocalDescription();
    const offer = near.localDescription?.toJSON() as never;
    await far.setRemoteDescription(offer);
    await far.setRemoteDescription({ type: 'rollback' });
    expect(far).toMatchObject({ signalingState: 'stable', remoteDescription: null });
    await far.setRemoteDescription(offer);
    await far.setRemoteDescription(offer);
    near.onicecandidate = ({ candidate }) => void far.addIceCandidate(candidate).catch(() => {});
    far.onicecandidate = ({ candidate }) => void near.addIceCandidate(candidate).catch(() => {});
    const arrived = once(far, 'datachannel');
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription?.toJSON() as never);
    await arrived;
  });

  it('after a first offer that is rolled back the next one gathers again, and has no candidates at once', async () => {
    await using pair = new Pair();
    const { near } = pair;
    const states: string[] = [];
    near.onicegatheringstatechange = () => states.push(near.iceGatheringState);
    const gathered = () => until(() => near.iceGatheringState === 'complete', 'candidates');
    near.createDataChannel('chat');
    await near.setLocalDescription();
    await gathered();
    expect(near.localDescription?.sdp).toContain('a=candidate:');
    await near.setLocalDescription({ type: 'rollback' });
    await near.setLocalDescription();
    expect(near.localDescription?.sdp).not.toContain('a=candidate:');
    await gathered();
    expect(near.localDescription?.sdp).toContain('a=candidate:');
    expect(states).toEqual(['gathering', 'complete', 'new', 'gathering', 'complete']);
  });

  it('a second negotiation finds no candidates again', async () => {
    await using pair = new Pair();
    const { near, far } = pair;
    await pair.channel();
    const found: unknown[] = [];
    for (const end of [near, far]) end.onicecandidate = ({ candidate }) => found.push(candidate);
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription?.toJSON() as never);
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription?.toJSON() as never);
    await new Promise(setImmediate); // candidates are fired in a later turn
    await new Promise(setImmediate);
    expect(found).toEqual([]);
  });

  it('descriptions of others and in a wrong state are refused', async () => {
    await using pair = new Pair();
    pair.near.createDataChannel('chat');
    pair.far.createDataChannel('chat');
    const offer = await pair.far.createOffer();
    await expect(pair.near.setLocalDescription(offer)).rejects.toThrow(named('InvalidModificationError'));
    await expect(pair.near.setRemoteDescription({ type: 'answer', sdp: offer.sdp })).rejects.toThrow(
      named('InvalidStateError'),
    );
    await expect(pair.near.createAnswer()).rejects.toThrow(named('InvalidStateError'));
    await expect(pair.near.setRemoteDescription({ type: 'nonsense' } as never)).rejects.toThrow(TypeError);
    await expect(pair.near.addIceCandidate({ candidate: 'candidate:1' })).rejects.toThrow(TypeError);
    await expect(pair.near.addIceCandidate({ candidate: 'x', sdpMid: '0' })).rejects.toThrow(
      named('InvalidStateError'),
    );
    await pair.near.addIceCandidate(null); // the end of the candidates may overtake the description
    expect(() => (pair.near as never as { addTransceiver(kind: string): void }).addTransceiver('x')).toThrow(
      TypeError,
    );
    await pair.near.setRemoteDescription(offer);
    await expect(pair.near.addIceCandidate({ candidate: 'nonsense', sdpMid: '0' })).rejects.toThrow(
      named('OperationError'),
    );
  });

  it('createDataChannel() converts its dictionary', async () => {
    await using pair = new Pair();
    const { near } = pair;
    const make = (...given: unknown[]) =>
      (near.createDataChannel as (...args: unknown[]) => unknown).apply(near, given);
    expect(make(undefined, { ordered: 0, id: 7 })).toMatchObject({
      label: 'undefined',
      ordered: false,
      id: null,
    });
    expect(make('a', { maxRetransmits: '3', protocol: null })).toMatchObject({
      maxRetransmits: 3,
      protocol: 'null',
    });
    for (const init of [
      { maxPacketLifeTime: 1, maxRetransmits: 1 },
      { maxRetransmits: -1 },
      { maxPacketLifeTime: 65_536 },
      { negotiated: true },
      { negotiated: true, id: 65_535 },
      { protocol: 'x'.repeat(65_536) },
    ]) {
      expect(() => make('b', init), JSON.stringify(init).slice(0, 50)).toThrow(TypeError);
    }
    expect(() => make()).toThrow(TypeError);
    make('c', { negotiated: true, id: 5 });
    expect(() => make('d', { negotiated: true, id: 5 })).toThrow(named('OperationError'));
    near.close();
    expect(() => make('e')).toThrow(named('InvalidStateError'));
  });

  it('configurations are checked, filled in and kept', async () => {
    await using pair = new Pair();
    const { near } = pair;
    expect(near.getConfiguration()).toMatchObject({
      iceServers: [],
      bundlePolicy: 'balanced',
      rtcpMuxPolicy: 'require',
    });
    near.setConfiguration({ iceServers: [{ urls: 'stun:127.0.0.1' }] });
    expect(near.getConfiguration().iceServers).toEqual([{ urls: ['stun:127.0.0.1'] }]);
    expect(() => near.setConfiguration({ bundlePolicy: 'max-bundle' })).toThrow(
      named('InvalidModificationError'),
    );
    expect(() => near.setConfiguration({ iceServers: [{ urls: 'turn:127.0.0.1' }] })).toThrow(
      named('InvalidAccessError'),
    );
    const make = (configuration: object): PeerConnection => new pair.w3c.RTCPeerConnection(configuration);
    expect(() => make({ iceServers: [{ urls: 'http://x' }] })).toThrow(named('SyntaxError'));
    expect(() => make({ iceTransportPolicy: 'nonsense' })).toThrow(TypeError);
    expect(() => make({ rtcpMuxPolicy: 'negotiate' })).toThrow(named('NotSupportedError'));
    expect(() => near.setConfiguration({ rtcpMuxPolicy: 'negotiate' })).toThrow(
      named('InvalidModificationError'),
    );
    const account = { urls: 'turn:127.0.0.1', username: 'x'.repeat(510), credential: 'x' };
    expect(() => make({ iceServers: [account] })).toThrow(named('InvalidAccessError'));
    expect(make({ sdpSemantics: 'plan-b' }).getConfiguration()).not.toHaveProperty('sdpSemantics');
  });

  it('events can be made, and refuse what is none of theirs', async () => {
    await using pair = new Pair();
    type EventClass = new (...given: unknown[]) => Event & { channel: unknown; candidate: unknown };
    const { RTCDataChannelEvent, RTCPeerConnectionIceEvent } = pair.w3c as unknown as {
      RTCDataChannelEvent: EventClass;
      RTCPeerConnectionIceEvent: EventClass;
    };
    const channel = pair.near.createDataChannel('chat');
    expect(new RTCDataChannelEvent('type', { channel }).channel).toBe(channel);
    expect(new RTCPeerConnectionIceEvent('type').candidate).toBeNull();
    expect([RTCDataChannelEvent.length, RTCPeerConnectionIceEvent.length]).toEqual([2, 1]);
    expect(() => new RTCPeerConnectionIceEvent('type', { candidate: { candidate: '' } })).toThrow(TypeError);
    const { RTCPeerConnectionIceErrorEvent } = pair.w3c as unknown as Record<string, EventClass>;
    const failure = { errorCode: 701, errorText: 'no answer', url: 'stun:127.0.0.1', port: 9 };
    expect(new RTCPeerConnectionIceErrorEvent!('type', failure)).toMatchObject({ ...failure, address: null });
    expect(() => new RTCPeerConnectionIceErrorEvent!('type', {})).toThrow(TypeError);
    for (const wrong of [[], ['type'], ['type', null], ['type', {}], ['type', { channel: {} }]]) {
      expect(() => new RTCDataChannelEvent(...wrong)).toThrow(TypeError);
    }
  });
});

it('fake timers of a test hold up neither negotiating nor messages', async () => {
  vi.useFakeTimers();
  try {
    await using pair = new Pair();
    const [near, far] = await pair.channel();
    const came = once(far, 'message');
    near.send('through');
    expect(await came).toMatchObject({ data: 'through' });
    expect((await pair.near.getStats()).size).toBeGreaterThan(0);
  } finally {
    vi.useRealTimers();
  }
});
