import { memorySignaling, type RtcError, RtcRuntime, type Signaling } from 'scoped-rtc';
import { expect, it } from 'scoped-rtc/vitest';
import { describe } from 'vitest';
import { membersOf } from '../../src/diagnostics/snapshot.js';

const SHORT = { timeout: 300 };
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => Promise.reject(new Error('it came up')),
    (error: unknown) => error as RtcError,
  );

describe('a connection that does not come up says why', () => {
  it('nobody at the other end of the signaling', async ({ rtc }) => {
    const pc = rtc.createPeerConnection('pc');
    pc.createDataChannel('chat');
    const error = await failureOf(pc.negotiate(memorySignaling()[0], SHORT));
    expect(error.code).toBe('RTC_TIMEOUT');
    expect(error.message).toContain('nobody at the other end of the signaling has answered the offer');
    expect(error.progress).toMatchObject({ localDescription: 'offer', remoteDescription: null, dtls: 'new' });
    expect(error.progress?.localCandidates).toBeGreaterThan(0);
  });

  it('what the signaling says of itself', async ({ rtc }) => {
    const pc = rtc.createPeerConnection('pc');
    pc.createDataChannel('chat');
    const progress = { state: 'alone', description: 'nobody else is in the signaling room "lobby"' } as const;
    const signaling: Signaling = { ...silent, progress };
    const error = await failureOf(pc.negotiate(signaling, SHORT));
    expect(error.message).toMatch(/: nobody else is in the signaling room "lobby"$/);
    expect(error.progress?.signaling).toEqual(progress);
  });

  it('nothing to negotiate, on either side', async ({ rtc }) => {
    const [left, right] = memorySignaling();
    const sides = [left, right].map((signaling, n) =>
      failureOf(rtc.createPeerConnection(`pc-${n}`).negotiate(signaling, SHORT)),
    );
    for (const { code, message } of await Promise.all(sides)) {
      expect(code).toBe('RTC_TIMEOUT');
      expect(message).toContain('nothing to negotiate: no channel or track on this side');
    }
  });

  it('no candidate of the peer, or none that answers, with their numbers', async ({ rtc }) => {
    for (const [candidates, reported] of [
      [/^a=candidate:.*\r\n/gm, 'no candidate of the peer has come'],
      [undefined, /no candidate pair answered: [1-9]\d* local, 1 remote/],
    ] as const) {
      const scope = rtc.fork('round');
      const a = scope.createPeerConnection('a', { bindAddress: '127.0.0.1' });
      const b = scope.createPeerConnection('b', { bindAddress: '127.0.0.1' });
      a.createDataChannel('chat');
      const { type, sdp } = await b.answer(await a.offer());
      // Port 9 discards what comes.
      const changed = candidates ? sdp.replace(candidates, '') : sdp.replace(/(127\.0\.0\.1) \d+/g, '$1 9');
      await b.close();
      a.accept({ type, sdp: changed });
      const error = await failureOf(a.connected(SHORT));
      expect(error.message).toMatch(reported);
      expect(error.progress).toMatchObject({ localDescription: 'offer', remoteDescription: 'answer' });
      await scope.disposeAsync();
    }
  });

  it('a certificate that is not the one of the description, in the error of the connection', async ({
    rtc,
  }) => {
    const a = rtc.createPeerConnection('a');
    const b = rtc.createPeerConnection('b');
    a.createDataChannel('chat');
    const { type, sdp } = await b.answer(await a.offer());
    const failed = new Promise<RtcError>((resolve) => a.on('error', (error) => resolve(error as RtcError)));
    a.accept({ type, sdp: sdp.replace(/(fingerprint:sha-256 )\S\S/, '$100') });
    const error = await failed;
    expect(error.code).toBe('RTC_NATIVE');
    expect(error.message).toContain('the DTLS handshake failed');
    expect(error.progress).toMatchObject({ localDescription: 'offer', remoteDescription: 'answer' });
  });

  it('in a snapshot as well, as long as it is not up', async ({ rtc }) => {
    const a = rtc.createPeerConnection('a', { iceServers: [{ urls: 'stun:127.0.0.1:9' }] });
    a.createDataChannel('chat');
    const find = () =>
      [...membersOf(RtcRuntime.shared.snapshot().scopes)].find(({ node }) => node.path === a.path)?.node;
    expect(find()?.progress).toMatchObject({
      localDescription: 'offer',
      remoteDescription: null,
      servers: [{ url: 'stun:127.0.0.1:9' }],
    });
    const b = rtc.createPeerConnection('b');
    a.accept(await b.answer(await a.offer({ gatheringTimeout: 10 })));
    await a.connected();
    expect(find()).not.toHaveProperty('progress');
  });
});

const silent: Signaling = {
  send: () => {},
  subscribe: () => ({ [Symbol.dispose]: () => {} }),
  close: () => {},
};
