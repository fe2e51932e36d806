import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { memorySignaling, type PeerConnection, type RtcError, RtcRuntime, type Signaling } from 'scoped-rtc';
import { expect, it } from 'scoped-rtc/vitest';
import { describe, onTestFinished } from 'vitest';
import { membersOf } from '../../src/diagnostics/snapshot.js';
import { withOtherFingerprint } from '../support/altered-signaling.js';
import { nextEvent } from '../support/event.js';
import { freeUdpPort } from '../support/free-port.js';

const SHORT = { timeout: 300 };
/** Long enough for what comes by itself. */
const LONG = { timeout: 20_000 };
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
    a.accept({ type, sdp: withOtherFingerprint(sdp) });
    const error = await failed;
    expect(error.code).toBe('RTC_NATIVE');
    expect(error.message).toContain('the DTLS handshake failed');
    expect(error.progress).toMatchObject({ localDescription: 'offer', remoteDescription: 'answer' });
  });

  it('a port of its own that is taken, at once, and the peer is not blamed for it', async ({ rtc }) => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address();
    const config = { bindAddress: '127.0.0.1', portRangeBegin: port, portRangeEnd: port };
    const said = /no UDP port between portRangeBegin and portRangeEnd is free/;
    expect(() => rtc.createPeerConnection('offerer', config).createDataChannel('chat')).toThrow(said);

    const warnings: unknown[] = [];
    const onWarning = (warning: unknown) => warnings.push(warning);
    RtcRuntime.shared.on('warning', onWarning);
    onTestFinished(() => void RtcRuntime.shared.off('warning', onWarning));
    const [left, right] = memorySignaling();
    const a = rtc.createPeerConnection('well');
    a.createDataChannel('chat');
    const offering = failureOf(a.negotiate(left, SHORT));
    const error = await failureOf(rtc.createPeerConnection('answerer', config).negotiate(right, LONG));
    expect(error).toMatchObject({ code: 'RTC_NATIVE', message: expect.stringMatching(said) });
    expect((await offering).message).toContain('nobody at the other end of the signaling has answered');
    expect(warnings).toEqual([]);

    // Made late, when the name of its server is known: a native that refuses the description ends the connection.
    const late = rtc.createPeerConnection('late', { ...config, iceServers: ['stun:late.localhost.invalid'] });
    const failed = nextEvent<[RtcError]>(late, 'error');
    late.createDataChannel('chat');
    expect((await failed)[0].message).toMatch(said);
  });

  it('a UDP port that both connections share', async ({ rtc }) => {
    const port = await freeUdpPort();
    const config = {
      bindAddress: '127.0.0.1',
      enableIceUdpMux: true,
      portRangeBegin: port,
      portRangeEnd: port,
    };
    const [left, right] = memorySignaling();
    const [a, b] = ['a', 'b'].map((name) => rtc.createPeerConnection(name, config)) as [
      PeerConnection,
      PeerConnection,
    ];
    a.createDataChannel('chat');
    const reported = [a.negotiate(left, { timeout: 2000 }), b.negotiate(right, { timeout: 2000 })].map(
      failureOf,
    );
    for (const { message } of await Promise.all(reported))
      expect(message).toContain(
        `our own address and port, 127.0.0.1:${port}: two connections that share a port`,
      );
  });

  it('servers that do not answer, and those that this build of the library cannot use', async ({ rtc }) => {
    const warnings: { code: string; message: string }[] = [];
    const onWarning = (warning: { code: string; message: string }) => warnings.push(warning);
    RtcRuntime.shared.on('warning', onWarning);
    onTestFinished(() => void RtcRuntime.shared.off('warning', onWarning));
    const account = { username: 'user', credential: 'secret' };
    const pc = rtc.createPeerConnection('pc', {
      iceServers: [
        { urls: ['stun:127.0.0.1:9', 'turn:127.0.0.1:9'], ...account },
        { urls: ['turn:127.0.0.1:9?transport=tcp', 'turns:127.0.0.1:9'], ...account },
      ],
    });
    expect(warnings.map(({ code }) => code)).toEqual(['RTC_ICE_SERVER_UNUSED']);
    expect(warnings[0]?.message).toMatch(/transport=tcp, turns:127.0.0.1:9.* relay over UDP only/);
    pc.createDataChannel('chat');
    const { message, progress } = await failureOf(pc.negotiate(memorySignaling()[0], { timeout: 5000 }));
    expect(message).toContain('stun:127.0.0.1:9: no answer; turn:127.0.0.1:9: no answer; ');
    expect(message).toMatch(
      /turns:127.0.0.1:9: not supported: this build of the library relays over UDP only$/,
    );
    expect(progress?.servers.map(({ outcome }) => outcome.replace(/:.*/, ''))).toEqual([
      ...['no answer', 'no answer', 'not supported', 'not supported'],
    ]);
    expect(JSON.stringify([message, progress, warnings])).not.toContain('secret');
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
