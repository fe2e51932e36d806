import { type DescriptionType, PeerConnection } from 'scoped-rtc';
import { expect, it } from 'scoped-rtc/vitest';
import { describe } from 'vitest';
import { withOtherFingerprint } from '../support/altered-signaling.js';
import { channelPair, incomingChannel, wiredPair } from '../support/connected-pair.js';
import { codeOf, nextEvent, take, until, within } from '../support/event.js';

/** Everything that can be asked, so that no state makes a getter throw. */
const facts = (pc: PeerConnection) => ({
  state: pc.state,
  connection: pc.connectionState,
  ice: pc.iceState,
  signaling: pc.signalingState,
  gathering: pc.gatheringState,
  local: pc.localDescription()?.type ?? null,
  remote: pc.remoteDescription()?.type ?? null,
  pair: pc.selectedCandidatePair() !== null,
  fingerprint: pc.remoteFingerprint()?.algorithm,
  media: pc.hasMedia(),
  counted: pc.bytesSent >= 0 && pc.bytesReceived >= 0,
});

describe('what a connection reports about itself', () => {
  const nothing = {
    local: null,
    remote: null,
    pair: false,
    fingerprint: undefined,
    media: false,
    counted: true,
  };

  it('is right while new, while offering, when connected and when closed', async ({ rtc }) => {
    const { alice, bob } = wiredPair(rtc);
    expect(alice).toBeInstanceOf(PeerConnection);
    expect(facts(alice)).toEqual({
      ...nothing,
      state: 'opening',
      connection: 'new',
      ice: 'new',
      signaling: 'stable',
      gathering: 'new',
    });
    expect(alice.rtt).toBeUndefined();
    const near = alice.createDataChannel('chat');
    expect(facts(alice)).toMatchObject({ signaling: 'have-local-offer', local: 'offer', remote: null });
    const far = await incomingChannel(bob, 'chat');
    await Promise.all([near.opened(), alice.connected(), bob.connected()]);
    await near.send('x'.repeat(1000));
    await take(far, 1);
    for (const [pc, local, remote] of [
      [alice, 'offer', 'answer'],
      [bob, 'answer', 'offer'],
    ] as const) {
      expect(facts(pc)).toMatchObject({ state: 'open', connection: 'connected', signaling: 'stable' });
      expect(facts(pc)).toMatchObject({ local, remote, pair: true, fingerprint: 'sha-256', counted: true });
      expect(['connected', 'completed']).toContain(pc.iceState);
      expect(pc.selectedCandidatePair()?.local.port).toBeGreaterThan(0);
      expect(pc.maxMessageSize).toBe(262_144);
      expect(pc.maxDataChannelId).toBeGreaterThan(0);
    }
    expect(alice.bytesSent).toBeGreaterThanOrEqual(1000);
    expect(bob.bytesReceived).toBeGreaterThanOrEqual(1000);
    // The peer's offer reads as the peer wrote it, whatever was done about the roles.
    expect(bob.remoteDescription()?.sdp).toContain('a=setup:actpass');
    await alice.close();
    expect(facts(alice)).toEqual({
      ...nothing,
      state: 'closed',
      connection: 'closed',
      ice: 'closed',
      signaling: 'closed',
      gathering: 'complete',
    });
    expect((await bob.closed()).by).toBe('remote');
    expect(facts(bob)).toMatchObject({ state: 'closed', connection: 'closed' });
    expect(() => bob.createDataChannel('late')).toThrow(/is not possible, the peer has closed it/);
  });

  it('is reported by events, in order', async ({ rtc }) => {
    const { alice, bob } = wiredPair(rtc);
    const states: string[] = [];
    const signaling: string[] = [];
    const gathering: string[] = [];
    const byOldName: string[] = [];
    alice.on('connectionStateChange', (state) => states.push(state));
    alice.on('stateChange', (state) => byOldName.push(state));
    alice.on('signalingStateChange', (state) => signaling.push(state));
    alice.on('gatheringStateChange', (state) => gathering.push(state));
    const { near } = await channelPair(alice, bob, 'chat');
    await alice.connected();
    await near.close();
    await alice.close();
    expect(states.slice(0, 2)).toEqual(['connecting', 'connected']);
    expect(signaling.slice(0, 2)).toEqual(['have-local-offer', 'stable']);
    expect(gathering).toEqual(['in-progress', 'complete']);
    expect(byOldName).toEqual(states);
  });

  it('ends when the connection begins to close: no handler is given what it can no longer use', async ({
    rtc,
  }) => {
    const thrown: unknown[] = [];
    const onThrow = (error: unknown) => thrown.push(error);
    process.on('uncaughtException', onThrow);
    try {
      for (const owner of ['one scope', 'a fork each']) {
        const scope = rtc.fork('left');
        const of = (name: string) => (owner === 'one scope' ? scope : scope.fork(name));
        const a = of('a').createPeerConnection('a');
        const b = of('b').createPeerConnection('b');
        let reported = 0;
        for (const [from, to] of [
          [a, b],
          [b, a],
        ] as const) {
          from.on('localDescription', (description) => {
            reported++;
            to.setRemoteDescription(description);
          });
          from.on('localCandidate', (candidate, mid) => {
            reported++;
            to.addRemoteCandidate(candidate, mid);
          });
          from.on('gatheringStateChange', () => reported++);
        }
        a.createDataChannel('chat');
        await scope.disposeAsync();
        expect(reported, owner).toBe(0);
      }
    } finally {
      process.off('uncaughtException', onThrow);
    }
    expect(thrown).toEqual([]);
  });
});

describe('calls in the wrong order', () => {
  it('setLocalDescription is RTC_INVALID_STATE where the state does not allow it', async ({ rtc }) => {
    const pc = rtc.createPeerConnection('pc', { disableAutoNegotiation: true });
    const refused = (...types: (DescriptionType | undefined)[]) =>
      Promise.all(types.map((type) => codeOf(() => pc.setLocalDescription(type))));
    const invalid = (count: number) => Array(count).fill('RTC_INVALID_STATE');
    // New: nothing to negotiate, nothing to answer.
    expect(await refused('offer', 'answer', 'pranswer', 'unspec', undefined)).toEqual(invalid(5));
    pc.createDataChannel('chat');
    expect(await refused('answer', 'pranswer')).toEqual(invalid(2));
    pc.setLocalDescription('offer');
    expect(pc.signalingState).toBe('have-local-offer');
    expect(await refused('offer', 'answer', 'pranswer', 'unspec')).toEqual(invalid(4));

    const answerer = rtc.createPeerConnection('answerer', { disableAutoNegotiation: true });
    const offer = pc.localDescription();
    if (!offer) throw new Error('there is no offer');
    answerer.setRemoteDescription(offer);
    expect(answerer.signalingState).toBe('have-remote-offer');
    expect(await codeOf(() => answerer.setLocalDescription('offer'))).toBe('RTC_INVALID_STATE');
    answerer.setLocalDescription('answer');
    expect(answerer.signalingState).toBe('stable');
    expect(await codeOf(() => answerer.setLocalDescription('answer'))).toBe('RTC_INVALID_STATE');
  });

  it('a candidate before the description and an answer without an offer are refused, and no harm is done', async ({
    rtc,
  }) => {
    const { alice, bob } = wiredPair(rtc);
    expect(await codeOf(() => bob.addRemoteCandidate('candidate:1 1 UDP 1 127.0.0.1 9 typ host', '0'))).toBe(
      'RTC_INVALID_STATE',
    );
    const { near, far } = await channelPair(alice, bob, 'chat');
    const answer = bob.localDescription();
    if (!answer) throw new Error('there is no answer');
    expect(await codeOf(() => alice.setRemoteDescription(answer))).toBe('RTC_NATIVE');
    await near.send('still here');
    expect(await take(far, 1)).toEqual(['still here']);
  });

  it('garbage is RTC_NATIVE or refused as an argument, and the connection can still be used', async ({
    rtc,
  }) => {
    const { alice, bob } = wiredPair(rtc);
    expect(await codeOf(() => bob.setRemoteDescription({ type: 'offer', sdp: 'garbage' }))).toBe(
      'RTC_NATIVE',
    );
    expect(await codeOf(() => bob.setRemoteDescription('v=0\r\n', 'offer'))).toBe('RTC_NATIVE');
    expect(() => bob.setRemoteDescription('v=0', 'bogus' as DescriptionType)).toThrow(/type/);
    expect(() => bob.setLocalDescription('bogus' as DescriptionType)).toThrow(/type/);
    const { near, far } = await channelPair(alice, bob, 'chat');
    expect(await codeOf(() => bob.addRemoteCandidate('garbage', '0'))).toBe('RTC_NATIVE');
    await near.send('still here');
    expect(await take(far, 1)).toEqual(['still here']);
  });

  it('after the close everything is RTC_CLOSED', async ({ connectedPair: { alice, bob } }) => {
    const offer = alice.localDescription();
    if (!offer) throw new Error('there is no offer');
    await bob.close();
    for (const call of [
      () => bob.createDataChannel('late'),
      () => bob.setLocalDescription(),
      () => bob.setRemoteDescription(offer),
      () => bob.addRemoteCandidate('', '0'),
    ]) {
      expect(await codeOf(call)).toBe('RTC_CLOSED');
    }
  });
});

describe('events that come before anybody listens', () => {
  it('wait for the first listener: descriptions, candidates, channels', async ({ rtc }) => {
    const alice = rtc.createPeerConnection('alice');
    const bob = rtc.createPeerConnection('bob');
    const near = alice.createDataChannel('chat');
    await until(() => alice.gatheringState === 'complete', 'gathering');
    const [offer] = await nextEvent<[{ type: DescriptionType; sdp: string }]>(alice, 'localDescription');
    bob.setRemoteDescription(offer);
    alice.on('localCandidate', (candidate, mid) => bob.addRemoteCandidate(candidate, mid));
    const [answer] = await nextEvent<[{ type: DescriptionType; sdp: string }]>(bob, 'localDescription');
    alice.setRemoteDescription(answer);
    bob.on('localCandidate', (candidate, mid) => alice.addRemoteCandidate(candidate, mid));
    await near.send('first');
    const [far] = await nextEvent<[import('scoped-rtc').DataChannel]>(bob, 'dataChannel');
    expect(await take(far, 1)).toEqual(['first']);
  });
});

describe('a second offer', () => {
  for (const who of ['offerer', 'answerer'] as const) {
    it(`from the ${who} renegotiates without a break`, async ({
      connectedPair: { alice, bob, near, far },
    }) => {
      const [offering, answering] = who === 'offerer' ? [alice, bob] : [bob, alice];
      const answered = nextEvent(answering, 'localDescription');
      offering.setLocalDescription('offer');
      await answered;
      await near.send('there');
      expect(await take(far, 1)).toEqual(['there']);
      await far.send('back');
      expect(await take(near, 1)).toEqual(['back']);
      expect([alice.connectionState, bob.connectionState]).toEqual(['connected', 'connected']);
    });
  }
});

describe('connected()', () => {
  it('rejects when the connection is closed or aborted before', async ({ rtc }) => {
    const closing = rtc.createPeerConnection('closing');
    const waiting = codeOf(closing.connected());
    await closing.close();
    expect(await waiting).toBe('RTC_CLOSING');
    const aborted = rtc.createPeerConnection('aborted');
    const reason = new Error('enough');
    const rejected = aborted.connected();
    aborted.abort(reason);
    await expect(rejected).rejects.toMatchObject({ code: 'RTC_ABORTED', cause: reason });
    expect(await codeOf(rtc.createPeerConnection('slow').connected({ timeout: 20 }))).toBe('RTC_TIMEOUT');
  });

  it('rejects with RTC_NATIVE when the handshake fails, and the connection closes by error', async ({
    rtc,
  }) => {
    const alice = rtc.createPeerConnection('alice');
    const bob = rtc.createPeerConnection('bob');
    alice.on('localDescription', ({ type, sdp }) =>
      bob.setRemoteDescription(withOtherFingerprint(sdp), type),
    );
    bob.on('localDescription', (answer) => alice.setRemoteDescription(answer));
    bob.on('localCandidate', (candidate, mid) => {
      if (alice.state === 'opening' && alice.remoteDescription()) alice.addRemoteCandidate(candidate, mid);
    });
    const channel = alice.createDataChannel('chat');
    const early = channel.send('never');
    expect(await codeOf(within(bob.connected(), 'the failure'))).toMatch(/^RTC_(NATIVE|CLOSING)$/);
    expect((await bob.closed()).by).toBe('error');
    expect(await codeOf(early)).toBe('RTC_UNDELIVERED');
    expect((await channel.closed()).undelivered).toBe(1);
  });
});
